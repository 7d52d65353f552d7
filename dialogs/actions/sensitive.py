"""Data that law protects above others (PIPL §28): it is agreed to separately (§29), or does not go with a name."""

import re
from collections.abc import Sequence

from dialogs.actions.draft import Draft

_HEALTH = re.compile(
    r"癌|肿瘤|尿毒症|透析|化疗|白血病|艾滋|HIV|乙肝|精神(?:病|分裂|残疾)|抑郁症|残疾证|[一二三四]级(?:肢体|视力|听力|智力)?残疾|病历|诊断(?:书|证明)|流产|不孕"
)
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])[3-6]\d{3}(?:[ -]?\d{4}){2,3}(?:[ -]?\d{1,4})?(?![0-9A-Za-z])")


def kinds_in(draft: Draft) -> Sequence[str]:
    """What of the draft is sensitive; nothing where it goes without a name."""
    if draft.anonymous:
        return ()
    matter = draft.matter or ""
    found = (
        ("身份证号", bool(draft.id_number)),
        ("健康状况", bool(_HEALTH.search(matter))),
        ("银行卡号", bool(_ACCOUNT.search(matter))),
    )
    return tuple(name for name, there in found if there)
