"""Files that come with the form: kept at once, so that none is lost where the form has to be put right.

What no case is filed with is dropped within the hour (``storage.attachments``). A form may only name files that staff
gave and that belong to no case yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp.web_request import FileField

from bot.console.files import FileRefused, keep_file
from bot.forms import Form
from bot.media.fetching import Limits
from storage.attachment_records import Attachment, AttachmentState
from storage.store import Store

MOST = 9
_NAMES: Mapping[str, str] = {"image": "图片", "voice": "录音", "video": "视频"}
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """``kept``: what goes with the case. ``problem``: why a file does not, or is not there any more."""

    kept: Sequence[Attachment]
    problem: str = ""

    @property
    def shown(self) -> Sequence[tuple[str, str]]:
        """The id of each, and how a page calls it."""
        return [(each.id, f"{_NAMES.get(each.kind, '文件')}（{_size(each.size or 0)}）") for each in self.kept]


def _size(length: int) -> str:
    return f"{length / _MIB:.1f} MB" if length >= _MIB else f"{max(1, length // 1024)} KB"


async def brought(form: Form, *, store: Store, limits: Limits, now: datetime) -> Brought:
    """What the form named before and did not drop, and what it brings now."""
    dropped = {each for each in form.getall("drop", []) if isinstance(each, str)}
    named = [each for each in form.getall("kept", []) if isinstance(each, str) and each not in dropped][:MOST]
    found = [await store.attachments.get(each) for each in named]
    kept = [each for each in found if each is not None and _is_free(each)]
    problem = "先前选的附件已过期，请重新选择" if len(kept) < len(named) else ""
    for each in form.getall("files", []):
        if isinstance(each, FileField):
            wrong = await _keep(each, kept, store=store, limits=limits, now=now)
            problem = problem or wrong
    return Brought(kept=kept, problem=problem)


def _is_free(file: Attachment) -> bool:
    return file.by_staff and file.state is AttachmentState.KEPT and not file.case_numbers


async def _keep(sent: FileField, kept: list[Attachment], *, store: Store, limits: Limits, now: datetime) -> str:
    """Add the file to ``kept``; else why not."""
    if len(kept) >= MOST:
        return f"最多 {MOST} 个附件，多出来的没有保存"
    try:
        kept.append(await keep_file(sent, store=store, limits=limits, public=False, now=now))
    except FileRefused as refused:
        return refused.sentence
    return ""
