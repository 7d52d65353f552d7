"""The lawful grounds for not accepting a petition, each with the words to the filer and where to turn instead.

Union of 信访工作条例 2022 §19, §22, §31, §36 and the hotline regulations of several cities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """``words`` and ``elsewhere`` are proposals: whoever refuses reads and changes them."""

    id: str
    label: str
    words: str
    elsewhere: str


GROUNDS: Sequence[Ground] = (
    Ground(
        id="emergency",
        label="应拨打 110、119、120、122 的紧急事项",
        words="您反映的是紧急事项，应由紧急救助渠道马上处理。",
        elsewhere="报警 110、火警 119、急救 120、交通事故 122",
    ),
    Ground(
        id="litigation",
        label="应当通过诉讼、仲裁、行政复议解决，或正在其中",
        words="您反映的事项应当通过诉讼、仲裁或行政复议等法定途径解决（信访工作条例第三十一条）。",
        elsewhere="人民法院、仲裁机构或行政复议机关；法律咨询可拨 12348",
    ),
    Ground(
        id="discipline",
        label="对公职人员的检举控告，应由纪检监察机关受理",
        words="您反映的是检举控告事项，应由纪检监察机关依规依纪受理（信访工作条例第二十二条）。",
        elsewhere="纪检监察举报电话 12388",
    ),
    Ground(
        id="disclosure",
        label="政府信息公开申请",
        words="您提出的是政府信息公开申请，应当向掌握该信息的机关提出。",
        elsewhere="有关机关的政府信息公开申请受理窗口",
    ),
    Ground(
        id="pending",
        label="同一事项正在办理，且没有新的事实和理由",
        words="您反映的同一事项正在办理，没有新的事实和理由，不再重复受理（信访工作条例第十九条）。",
        elsewhere="用原来的受理编号查询进度",
    ),
    Ground(
        id="reviewed",
        label="已经复核，仍以同一事实和理由提出",
        words="该事项已作出复核意见，仍以同一事实和理由提出的，不再受理（信访工作条例第三十六条）。",
        elsewhere="有新的事实和理由，可以重新提出",
    ),
    Ground(
        id="not_ours",
        label="不属于本级或政府职责范围",
        words="您反映的事项不属于本机关职责范围。",
        elsewhere="",
    ),
    Ground(
        id="secret",
        label="涉及国家秘密、商业秘密或他人隐私",
        words="您要求了解的内容涉及国家秘密、商业秘密或他人隐私，依法不能提供。",
        elsewhere="",
    ),
    Ground(
        id="unlawful",
        label="要求违反法律或公序良俗",
        words="您提出的要求不符合法律规定，无法支持。",
        elsewhere="法律咨询可拨 12348",
    ),
    Ground(
        id="vague",
        label="没有具体请求，多次联系仍无法核实",
        words="您反映的内容没有具体的请求和事实，我们多次联系仍无法核实。",
        elsewhere="补充具体情况后，可以重新提出",
    ),
)
BY_ID: Mapping[str, Ground] = MappingProxyType({ground.id: ground for ground in GROUNDS})
