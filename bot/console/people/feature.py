"""The routes of members, units and the audit log."""

from collections.abc import Collection

from bot.access.api_tokens import TokenOffice
from bot.access.members import Members
from bot.access.permissions import Permission
from bot.access.staff_import import StaffImport
from bot.console.people.audit_pages import AuditPages
from bot.console.people.place_pages import PlacePages
from bot.console.people.staff_pages import StaffPages
from bot.console.people.staff_table_pages import StaffTablePages
from bot.console.people.token_pages import TokenPages
from bot.console.people.unit_pages import UnitPages
from bot.console.routes import Feature, Route, Tab
from bot.editing.places import PlaceOffice
from channels.base import Clock
from storage.store import Store

_PEOPLE, _AUDIT = Permission.PEOPLE, Permission.AUDIT


def people_feature(
    *,
    store: Store,
    members: Members,
    importing: StaffImport,
    places: PlaceOffice,
    clock: Clock,
    taken: Collection[str] = (),
) -> Feature:
    """Staff, units, tokens, audit, as a part of the console. ``taken``: names of the tokens in the settings."""
    tokens = TokenPages(store=store, office=TokenOffice(store=store, clock=clock, taken=taken))
    staff, units = StaffPages(store=store, members=members), UnitPages(store=store, clock=clock)
    table = StaffTablePages(store=store, importing=importing, clock=clock)
    listed = PlacePages(office=places, clock=clock)
    audit = AuditPages(store=store)
    return Feature(
        routes=(
            Route(method="GET", path="/staff", handler=staff.list, needs=_PEOPLE),
            Route(method="POST", path="/staff", handler=staff.add, needs=_PEOPLE),
            Route(method="GET", path="/staff/import", handler=table.form, needs=_PEOPLE),
            Route(method="POST", path="/staff/import", handler=table.load, needs=_PEOPLE),
            Route(method="GET", path="/staff/export", handler=table.export, needs=_PEOPLE),
            Route(method="GET", path="/staff/{id}", handler=staff.one, needs=_PEOPLE),
            Route(method="POST", path="/staff/{id}", handler=staff.change, needs=_PEOPLE),
            Route(method="POST", path="/staff/{id}/reset", handler=staff.reset, needs=_PEOPLE),
            Route(method="POST", path="/staff/{id}/unlock", handler=staff.unlock, needs=_PEOPLE),
            Route(method="GET", path="/units", handler=units.list, needs=_PEOPLE),
            Route(method="POST", path="/units", handler=units.load, needs=_PEOPLE),
            Route(method="GET", path="/units/export", handler=units.export, needs=_PEOPLE),
            Route(method="GET", path="/units/places", handler=listed.show, needs=_PEOPLE),
            Route(method="POST", path="/units/places", handler=listed.load, needs=_PEOPLE),
            Route(method="GET", path="/units/places/export", handler=listed.export, needs=_PEOPLE),
            Route(method="POST", path="/units/places/drop", handler=listed.drop, needs=_PEOPLE),
            Route(method="GET", path="/tokens", handler=tokens.list, needs=_PEOPLE),
            Route(method="POST", path="/tokens", handler=tokens.give, needs=_PEOPLE),
            Route(method="POST", path="/tokens/end", handler=tokens.take_back, needs=_PEOPLE),
            Route(method="GET", path="/audit", handler=audit.list, needs=_AUDIT),
            Route(method="POST", path="/audit/check", handler=audit.check, needs=_AUDIT),
        ),
        tabs=(
            Tab(path="/staff", label="人员", needs=frozenset({_PEOPLE}), order=80),
            Tab(path="/units", label="单位", needs=frozenset({_PEOPLE}), order=81),
            Tab(path="/tokens", label="接口令牌", needs=frozenset({_PEOPLE}), order=82),
            Tab(path="/audit", label="操作记录", needs=frozenset({_AUDIT}), order=90),
        ),
    )
