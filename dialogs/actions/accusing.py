"""Where a matter happens that happens at no place: a question of the rules, an accusation."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard
from dialogs.actions.placing import LONG_ANSWER
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.matter import finds_fault, type_of
from dialogs.nlu.places import find_place, unnamed_in

_OF_HERE = re.compile(r"我们?(?:这|那|家|村|楼|小区|单位|镇|街)|附近|门口|楼[上下]|这(?:条|里|边|儿|个地方)")
_NAMES_A_UNIT = re.compile(
    r"[\u3400-\u9fff](?:局|委|办|院|所|站|厅|处|科|镇|乡|村|街道|社区|区|县|市|公司|学校|中心|大队|银行|政府|厂)|某"
)
_SOME_UNIT = re.compile(
    r"(?:^|[我俺咱额本这那]们?的?|[，。；、\s]|举报|反映|投诉|控告|检举|告)(?:个)?(?:村|镇|乡|县|区|社区|街道|单位|学校|厂|公司|局|院|所)"
    r"(?=里|上|的|支?书|主任|干部|会计|委|[镇乡村区县局院所厂校]?长|领导)"
)
"""Of here, and of no name: 我们村主任, 镇上王副镇长."""


def needs_no_place(matter: str) -> bool:
    """Whether a matter only asks how something is ruled: no fault, and nothing of here (我们小区, 附近, 这条路).

    Nor does praise.
    """
    if type_of(matter) == "表扬":
        return True
    consults = type_of(matter) == "咨询" and not accuses_an_official(matter)
    return consults and not (finds_fault(matter) or unnamed_in(matter) or _OF_HERE.search(matter))


def consulting(heard: Heard) -> Heard:
    """A question of the rules happens nowhere: it is asked for no place, until what is told turns out to be more."""
    draft = heard.draft
    matter = draft.matter or ""
    if draft.place is None and needs_no_place(matter):
        return replace(heard, draft=replace(draft, place=""))
    if draft.place == "" and not (needs_no_place(matter) or accuses_an_official(matter)):
        return replace(heard, draft=replace(draft, place=None))
    return heard


def accusing(heard: Heard) -> Heard:
    """An accusation happens at no place: whom it is against is asked once where it names nobody, and never needed."""
    draft = heard.draft
    matter = draft.matter or ""
    if draft.place is not None or not accuses_an_official(matter):
        return heard
    found = find_place(matter)
    if not (found or _says_whom(matter) or draft.asked("place")):
        return heard
    return replace(heard, draft=replace(draft, place=found.value if found else ""))


def _says_whom(matter: str) -> bool:
    """Whether an accusation names the unit: 教育局 does, 我们村 and 镇上 do not."""
    if _SOME_UNIT.search(matter):
        return False
    return len(matter) > LONG_ANSWER or bool(_NAMES_A_UNIT.search(matter))
