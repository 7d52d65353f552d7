"""The digest's page and file, for who may see the figures: each for the units within their reach."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from aiohttp import web

from bot.access.permissions import Permission
from bot.clocks.calendar import local_day
from bot.console.cases.reach import is_office
from bot.console.routes import Call, Feature, Route, Tab
from bot.digest.document import document_of
from bot.digest.making import Digest, Week, make_digest
from channels.base import Clock
from storage.audit import AuditLine
from storage.figures import Figures
from storage.store import Store

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FURTHEST = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestParts:
    """What the digest is made of."""

    store: Store
    figures: Figures
    clock: Clock
    office: str


def digest_feature(parts: DigestParts) -> Feature:
    """The digest, as a part of the console."""
    pages = DigestPages(parts)
    needs = Permission.FIGURES
    return Feature(
        routes=(
            Route(method="GET", path="/digest", handler=pages.page, needs=needs),
            Route(method="GET", path="/digest/file", handler=pages.file, needs=needs),
        ),
        tabs=(Tab(path="/digest", label="群众之声", needs=frozenset({needs}), order=62),),
    )


class DigestPages:
    """Looked at, and taken away as a file."""

    def __init__(self, parts: DigestParts) -> None:
        self._parts = parts

    async def page(self, call: Call) -> web.StreamResponse:
        this_week = Week.of(local_day(self._parts.clock()))
        digest = await self._digest(call)
        return call.page(
            "digest/digest.html",
            digest=digest,
            later=digest.week.after if digest.week.monday < this_week.monday else None,
            going_on=digest.week == this_week,
        )

    async def file(self, call: Call) -> web.StreamResponse:
        digest, now, by = await self._digest(call), self._parts.clock(), call.viewer.by
        details = {"week": digest.week.monday.isoformat()}
        await self._parts.store.audit.add(
            AuditLine(at=now, actor=by.id, name=by.name, action="digest.exported", details=details)
        )
        office = self._parts.office if is_office(call.viewer) else call.viewer.unit.name
        content = await asyncio.to_thread(document_of, digest, office=office, made_at=now)
        name = quote(f"群众之声-{digest.week.issue}.docx")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return web.Response(body=content, content_type=_DOCX, headers=headers)

    async def _digest(self, call: Call) -> Digest:
        viewer, now = call.viewer, self._parts.clock()
        reach = None if is_office(viewer) else [unit.id for unit in viewer.tree.below(viewer.unit.id)]
        return await make_digest(
            self._parts.store,
            self._parts.figures,
            _week(call.query.get("week", ""), local_day(now)),
            now=now,
            units={unit.id: unit.name for unit in viewer.tree},
            reach=reach,
        )


def _week(asked: str, today: date) -> Week:
    """The week of the day that was asked for; the last whole one where none sensible was."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return Week.of(today).before
    return Week.of(day) if today - _FURTHEST <= day <= today else Week.of(today).before
