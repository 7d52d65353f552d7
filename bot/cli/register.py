"""The register of cases as a file, from the command line: read from the store, written as it is read."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from bot.access.members import By
from bot.cli.app import Common
from bot.cli.errors import NotDone
from bot.cli.opened import opened
from bot.cli.progress import progress
from bot.console.cases.filters import filter_of, wanted_of
from bot.console.cases.register import HEADINGS, MOST_EXPORTED, masked, register_of
from bot.tables import CSV_BEGINS, XlsxWriter, csv_lines
from bot.wiring import utc_now
from channels.system_errors import why
from storage.audit import AuditLine
from storage.cases import CaseFilter
from storage.store import Store

_ENDINGS = {".csv", ".xlsx"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be exported: the fields of the list's form, a unit, and whether in full, for which reason."""

    fields: Mapping[str, str]
    unit: str
    full: bool
    reason: str


async def exported(options: Common, file: Path, asked: Asked) -> int:
    """Write the file; give how many cases are in it.

    Raises:
        NotDone: what was asked for makes no sense, or the file cannot be written.
    """
    _check(file, asked)
    async with opened(options) as store:
        now, wanted = utc_now(), await _filter(store, asked)
        count = await store.cases.count(wanted, limit=MOST_EXPORTED)
        kept = {name: value for name, value in asked.fields.items() if value}
        details = {"count": count, "filter": kept} | ({"full": True, "reason": asked.reason} if asked.full else {})
        by = By()
        await store.audit.add(AuditLine(at=now, actor=by.id, name=by.name, action="cases.exported", details=details))
        rows = register_of(store, wanted, now, (lambda _case: True) if asked.full else masked)
        with _created(file) as out, progress("导出台账", count) as advance:
            return await _written(out, rows, advance, now=now, xlsx=file.suffix.lower() == ".xlsx")


def _check(file: Path, asked: Asked) -> None:
    if file.suffix.lower() not in _ENDINGS:
        raise NotDone(f"{file}：文件名要以 .csv 或 .xlsx 结尾")
    if asked.full and not asked.reason.strip():
        raise NotDone("导出完整的姓名和电话，要用 --reason 写明原因")
    read = wanted_of(asked.fields)
    for name, value in asked.fields.items():
        if value and not getattr(read, name):
            raise NotDone(f"--{name} 没有“{value}”这个值")


async def _filter(store: Store, asked: Asked) -> CaseFilter:
    wanted = replace(filter_of(wanted_of(asked.fields), utc_now()), accusation=False)
    if not asked.unit:
        return wanted
    tree = await store.units.tree()
    found = tree.find(asked.unit)
    if found is None:
        raise NotDone(f"没有单位“{asked.unit}”，见 petition-bot units list")
    return replace(wanted, units=frozenset(each.id for each in tree.below(found.id)))


def _created(file: Path) -> IO[bytes]:
    """A new file that nobody else on this machine reads."""
    try:
        return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise NotDone(f"{file} 已经存在，请换一个文件名") from None
    except OSError as error:
        raise NotDone(f"{file} 写不了：{why(error)}") from error


async def _written(
    out: IO[bytes], rows: AsyncIterator[list[list[str]]], advance: Callable[[int], None], *, now: datetime, xlsx: bool
) -> int:
    count = 0
    writer = XlsxWriter(HEADINGS, title="诉求台账", made_at=now) if xlsx else None
    if writer is None:
        out.write(CSV_BEGINS + csv_lines([HEADINGS]))
    async for part in rows:
        if writer is None:
            out.write(csv_lines(part))
        else:
            await asyncio.to_thread(writer.add, part)
        count += len(part)
        advance(len(part))
    if writer is not None:
        await asyncio.to_thread(writer.save, out)
    return count
