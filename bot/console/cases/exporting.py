"""The register (台账) of what the list shows, as a file: masked, or in full for a reason; sent as it is read."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import IO
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.access.permissions import Permission
from bot.clocks.calendar import local_day
from bot.console.cases.filters import Wanted, filter_of
from bot.console.cases.parts import CaseParts
from bot.console.cases.reach import may_reveal, within_reach
from bot.console.cases.register import HEADINGS, MOST_EXPORTED, InFull, masked, narrowed_by_words, register_of
from bot.console.cases.searches import Searches
from bot.console.guards import HEADERS
from bot.console.routes import Call
from bot.tables import CSV_BEGINS, XlsxWriter, csv_lines
from storage.audit import AuditLine
from storage.cases import CaseFilter
from storage.errors import StorageError

_LONGEST_REASON = 200
_PIECE = 256 * 1024
_TYPES: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class CaseExport:
    """Who exported what, and why, stands in the audit log before the first row leaves."""

    def __init__(self, parts: CaseParts) -> None:
        self._parts = parts
        self._store = parts.store
        self._searches = Searches(parts.store.vault, parts.clock)

    async def masked(self, call: Call) -> web.StreamResponse:
        return await self._export(call, call.query, masked, {})

    async def in_full(self, call: Call) -> web.StreamResponse:
        """With names and phones: of a confidential case to the office alone, as on its page."""
        form = await call.form()
        if not call.viewer.may(Permission.REVEAL):
            raise web.HTTPForbidden
        reason = form.get("reason", "")[:_LONGEST_REASON]
        if not reason:
            return call.back("/cases", "没有导出：导出完整姓名和电话要写明原因")
        return await self._export(
            call, form, lambda case: may_reveal(call.viewer, case), {"full": True, "reason": reason}
        )

    async def _export(
        self, call: Call, fields: Mapping[str, str], in_full: InFull, told: Mapping[str, object]
    ) -> web.StreamResponse:
        now, wanted = self._parts.clock(), self._searches.asked(call, fields).wanted
        narrowed = within_reach(call.viewer, filter_of(wanted, now), accusations=False, unit=wanted.unit)
        await self._audit(call, wanted, narrowed, told)
        rows = register_of(self._store, narrowed, now, in_full, sought=wanted.q)
        ending = "xlsx" if fields.get("as") == "xlsx" else "csv"
        response = _response(ending, now)
        if ending == "csv":
            await response.prepare(call.request)
            await response.write(CSV_BEGINS + csv_lines([HEADINGS]))
            return await _streamed(call, response, rows)
        with tempfile.TemporaryFile() as file:
            await _write_xlsx(file, rows, now)
            await response.prepare(call.request)
            while piece := await asyncio.to_thread(file.read, _PIECE):
                await response.write(piece)
        await response.write_eof()
        return response

    async def _audit(self, call: Call, wanted: Wanted, narrowed: CaseFilter, told: Mapping[str, object]) -> None:
        searched = await narrowed_by_words(self._store, narrowed, wanted.q)
        by, count = call.viewer.by, await self._store.cases.count(searched, limit=MOST_EXPORTED)
        details = {"count": count, "filter": wanted.fields(), **told}
        line = AuditLine(at=self._parts.clock(), actor=by.id, name=by.name, action="cases.exported", details=details)
        await self._store.audit.add(line)


async def _streamed(
    call: Call, response: web.StreamResponse, rows: AsyncIterator[list[list[str]]]
) -> web.StreamResponse:
    try:
        async for part in rows:
            await response.write(await asyncio.to_thread(csv_lines, part))
        await response.write_eof()
    except StorageError as error:
        # What is cut short must not look whole: the browser is told that the file broke off.
        structlog.get_logger().warning("register.broken_off", code=error.code)
        if call.request.transport is not None:
            call.request.transport.abort()
    return response


async def _write_xlsx(file: IO[bytes], rows: AsyncIterator[list[list[str]]], now: datetime) -> None:
    writer = await asyncio.to_thread(XlsxWriter, HEADINGS, title="诉求台账", made_at=now)
    async for part in rows:
        await asyncio.to_thread(writer.add, part)
    await asyncio.to_thread(writer.save, file)
    file.seek(0)


def _response(ending: str, now: datetime) -> web.StreamResponse:
    name = quote(f"诉求台账-{local_day(now):%Y%m%d}.{ending}")
    headers = {
        "Content-Type": _TYPES[ending],
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Cache-Control": "no-store",
    }
    return web.StreamResponse(headers={**HEADERS, **headers})
