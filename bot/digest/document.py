"""A digest as a document for Word or WPS (Office Open XML): headings, paragraphs and tables, nothing else.

What it needs of the format is so little (ECMA-376 part 1, §17) that it is written here.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from bot.digest.making import Compared, Digest

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = (
    f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TITLE, _HEADING, _TEXT = 44, 32, 28
"""Sizes in half points: 22, 16 and 14 points, as offices print such papers."""
_FONT = '<w:rFonts w:ascii="SimSun" w:hAnsi="SimSun" w:eastAsia="SimSun"/>'
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:color="808080"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="720" w:footer="720" w:gutter="0"/>'
    "</w:sectPr>"
)


def document_of(digest: Digest, *, office: str, made_at: datetime) -> bytes:
    """The file."""
    body = "".join(_parts(digest, office))
    document = f'{_HEAD}<w:document xmlns:w="{_W}"><w:body>{body}{_PAGE}</w:body></w:document>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELS),
            ("word/document.xml", document),
        ):
            packed.writestr(zipfile.ZipInfo(name, made_at.timetuple()[:6]), text)
    return out.getvalue()


def _parts(digest: Digest, office: str) -> Sequence[str]:
    parts = [_paragraph("群众之声", size=_TITLE, bold=True, centred=True)]
    parts.append(_paragraph(f"{digest.week.issue}　{office}　{digest.week.said}", centred=True))
    parts += [_heading("一、总体情况"), _paragraph(digest.opening)]
    if digest.together:
        parts.append(_heading("二、反映集中的问题"))
        for number, each in enumerate(digest.together, 1):
            parts.append(_paragraph(f"{number}. {each.district}　{each.category}：{each.count} 件"))
            parts += [_paragraph(f"　　{title}（{case}）") for case, title in each.titles]
    parts += _compared_table("三、类别", "类别", digest.categories)
    parts += _compared_table("四、区县", "区县", digest.districts)
    if digest.overdue:
        rows = [(name, str(count)) for name, count in digest.overdue]
        parts += [_heading("五、本周收到、现已超期的"), _table([("承办单位", "件数"), *rows])]
    if digest.letters:
        parts.append(_heading("六、来信摘登"))
        parts += [_paragraph(f"{title}（{case}，{why}）") for case, title, why in digest.letters]
    return parts


def _compared_table(heading: str, name: str, rows: Sequence[Compared]) -> list[str]:
    if not rows:
        return []
    told = [(each.name, str(each.now), str(each.before), each.change) for each in rows]
    return [_heading(heading), _table([(name, "本周", "上周", "变化"), *told])]


def _heading(text: str) -> str:
    return _paragraph(text, size=_HEADING, bold=True)


def _paragraph(text: str, *, size: int = _TEXT, bold: bool = False, centred: bool = False) -> str:
    weight = "<w:b/>" if bold else ""
    place = '<w:pPr><w:jc w:val="center"/></w:pPr>' if centred else ""
    style = f'<w:rPr>{_FONT}{weight}<w:sz w:val="{size}"/></w:rPr>'
    words = escape(_FORBIDDEN.sub("", text))
    return f'<w:p>{place}<w:r>{style}<w:t xml:space="preserve">{words}</w:t></w:r></w:p>'


def _table(rows: Sequence[Sequence[str]]) -> str:
    columns = "".join('<w:gridCol w:w="2000"/>' for _ in rows[0])
    lines = "".join(
        f"<w:tr>{''.join(f'<w:tc>{_paragraph(cell, bold=number == 0)}</w:tc>' for cell in row)}</w:tr>"
        for number, row in enumerate(rows)
    )
    style = f'<w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr>'
    # A paragraph behind it: Word wants something between a table and what follows.
    return f"<w:tbl>{style}<w:tblGrid>{columns}</w:tblGrid>{lines}</w:tbl>{_paragraph('')}"
