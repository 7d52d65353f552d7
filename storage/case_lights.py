"""Which cases are due, or begin to warn, before a moment, as the store is asked."""

from storage.cases import CaseFilter
from storage.driver import Document


def lit_before(wanted: CaseFilter) -> Document:
    """Of what is due, or warns, before a moment: by the case's clocks, or by the unit's own day."""
    lights = {"due_at": wanted.due_before, "warns_at": wanted.warned_before}
    before: Document = {name: {"$lt": value} for name, value in lights.items() if value is not None}
    if not before or not wanted.own_dates_of:
        return before
    return {"$or": [before, {"dated": {"$elemMatch": {"unit": wanted.own_dates_of, **before}}}]}
