"""Which case a call is about, for callers who may know of it."""

from bot.api.operations import AnyCall
from bot.api.problems import Problem, not_found
from bot.api.tokens import Caller, Scope
from storage.cases import Case
from storage.numbers import normalise
from storage.store import Store


async def access_case(store: Store, call: AnyCall) -> Case:
    """The case that the path names.

    Raises:
        Problem: NOT_FOUND, for one that is not there and for one that the caller may not know of.
    """
    number = normalise(call.path["number"])
    case = None if number is None else await store.cases.get(number)
    if case is None or not _sees(call.caller, case):
        raise no_case()
    return case


def no_case() -> Problem:
    return not_found("没有这个编号的案件")


def _sees(caller: Caller, case: Case) -> bool:
    if caller.units is not None and caller.units.isdisjoint(case.units):
        return False
    return not case.accusation or caller.may(Scope.ACCUSATIONS)


def sees_person(caller: Caller, case: Case) -> bool:
    """Whether the caller may know who filed: of a confidential case the office alone, as at the console."""
    return caller.may(Scope.PERSONAL) and (caller.units is None or not case.confidential)
