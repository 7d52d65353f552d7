"""Who handles a case, until when the law wants it done, why it takes so long: out of its public steps and dates."""

from datetime import datetime, timedelta

from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.world import OFFICE_TIME, Turn, effect, say
from dialogs.ports import CaseView

_ACCEPT_WITHIN = timedelta(days=15)
"""Regulations on petition work, 2022, §22 and §23: acceptance or not is told within 15 days."""
_FINISH_WITHIN = timedelta(days=60)
"""§34: closed within 60 days of acceptance; one extension of at most 30."""
_URGED = "诉求人催办"
_NOT_ACCEPTED = frozenset({"submitted", "needs_info"})
_ACCEPTED = frozenset({"已受理", "已转办", "办理中"})


def tell_who(dispatcher: CollectingDispatcher, case: CaseView) -> None:
    response = "utter_case_who" if case.unit else "utter_case_who_unknown"
    say(dispatcher, response, number=case.number, title=case.title, label=case.label, unit=case.unit)


def tell_deadline(dispatcher: CollectingDispatcher, case: CaseView, now: datetime) -> None:
    """The lawful limit and what it runs from; past it, staff are called."""
    if not case.open or case.state == "answered":
        _tell_over(dispatcher, case)
    elif now > due(case):
        _tell_overdue(dispatcher, case)
    elif case.state in _NOT_ACCEPTED:
        accept = day(case.filed_at + _ACCEPT_WITHIN)
        say(
            dispatcher,
            "utter_case_to_accept",
            number=case.number,
            title=case.title,
            filed=day(case.filed_at),
            accept=accept,
        )
    else:
        accepted, finish = day(_accepted_at(case)), day(due(case))
        say(dispatcher, "utter_case_to_finish", number=case.number, title=case.title, accepted=accepted, finish=finish)


def tell_why(dispatcher: CollectingDispatcher, case: CaseView, now: datetime) -> None:
    """Where it stands and whether it is in time; past the limit, staff are called."""
    if not case.open or case.state == "answered":
        _tell_over(dispatcher, case)
    elif now > due(case):
        _tell_overdue(dispatcher, case)
    else:
        say(dispatcher, "utter_case_waits", last=_last(case))
        tell_deadline(dispatcher, case, now)


def urge(dispatcher: CollectingDispatcher, turn: Turn, case: CaseView) -> None:
    """The filer presses for it: kept with the case for whoever handles it; past the limit, staff are called."""
    if not case.open or case.state == "answered":
        _tell_over(dispatcher, case)
        return
    if case.state == "needs_info":
        say(dispatcher, "utter_case_waits_for_you", number=case.number, title=case.title, last=_last(case))
        return
    effect(dispatcher, "add_to_case", number=case.number, text=_URGED, attachments=[], message_ids=[*turn.message_ids])
    late = turn.at > due(case)
    if late:
        effect(dispatcher, "call_person", reason="overdue", danger=False)
    step = "办结" if case.state not in _NOT_ACCEPTED else "告知是否受理"
    response = "utter_urged_late" if late else "utter_urged"
    say(dispatcher, response, number=case.number, title=case.title, last=_last(case), due=day(due(case)), step=step)


def tell_late(dispatcher: CollectingDispatcher, case: CaseView, now: datetime) -> None:
    """Beside how a case stands: that its time has passed, and what can be done."""
    if case.open and case.state not in {"answered", "needs_info"} and now > due(case):
        say(dispatcher, "utter_case_late", due=day(due(case)))


def due(case: CaseView) -> datetime:
    """Until when the next lawful step is due: acceptance, or the end."""
    if case.state in _NOT_ACCEPTED:
        return case.filed_at + _ACCEPT_WITHIN
    return _accepted_at(case) + _FINISH_WITHIN


def day(at: datetime) -> str:
    local = at.astimezone(OFFICE_TIME)
    return f"{local.month}月{local.day}日"


def _accepted_at(case: CaseView) -> datetime:
    return next((step.at for step in case.steps if step.label in _ACCEPTED), case.filed_at)


def _last(case: CaseView) -> str:
    step = case.steps[-1] if case.steps else None
    return f"{day(step.at)}{step.label}" if step else f"{day(case.filed_at)}登记"


def _tell_over(dispatcher: CollectingDispatcher, case: CaseView) -> None:
    say(dispatcher, "utter_case_over", number=case.number, title=case.title, label=case.label, last=_last(case))


def _tell_overdue(dispatcher: CollectingDispatcher, case: CaseView) -> None:
    effect(dispatcher, "call_person", reason="overdue", danger=False)
    say(dispatcher, "utter_case_overdue", number=case.number, title=case.title, label=case.label)
