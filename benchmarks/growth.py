"""Cases and messages by the million, of people who do not exist, so that the same turns can be measured on top of them.

What is written has the shape of what the service writes (sealed contents of the usual length, all indexed fields).
A run that was broken off goes on where it stopped: how far it came is kept in the database.
"""

import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from storage.driver import Database, connect

BATCH = 2_000
_PROGRESS = "bench_progress"
_SEALED = {"message": 420, "address": 120, "state": 4_200, "content": 700, "case": 1_100}
"""Bytes of what is sealed, as measured of form turns."""
_START = datetime(2025, 1, 1, tzinfo=UTC)
_DISTRICTS = ("奎文区", "潍城区", "坊子区", "寒亭区")
_STATES = ("closed", "closed", "closed", "answered", "in_progress", "accepted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How much there is to be."""

    cases: int
    messages: int

    @property
    def people(self) -> int:
        """Each writes some ten messages."""
        return max(1, self.messages // 10)


async def grow(uri: str, wanted: Wanted, *, show: bool = True) -> None:
    """Bring the database at ``uri`` to what is wanted; indexes must be there (the service made them)."""
    database = await connect(uri, timeout_ms=60_000)
    try:
        for name, total in (
            ("conversations", wanted.people),
            ("arrivals", wanted.messages),
            ("outbox", wanted.messages),
            ("cases", wanted.cases),
            ("timeline", 3 * wanted.cases),
        ):
            await _fill(database, name, total, wanted, show=show)
    finally:
        await database.close()


async def _fill(database: Database, name: str, total: int, wanted: Wanted, *, show: bool) -> None:
    kept = await database[_PROGRESS].find_one({"_id": name})
    done, begun = (int(kept["done"]) if kept else 0), time.monotonic()
    first = done
    while done < total:
        until = min(done + BATCH, total)
        documents = [_MAKERS[name](number, wanted) for number in range(done, until)]
        await database[name].insert_many_new(documents)  # what a broken run had written already is passed over
        done = until
        await database[_PROGRESS].update_one({"_id": name}, {"$set": {"done": done}}, upsert=True)
        if show:
            _bar(name, done, total, (done - first) / max(0.001, time.monotonic() - begun))
    if show:
        print(file=sys.stderr)


def _bar(name: str, done: int, total: int, rate: float) -> None:
    filled = 30 * done // total
    left = (total - done) / rate if rate else 0.0
    line = (
        f"\r{name:14} [{'#' * filled}{'.' * (30 - filled)}] {done:,} of {total:,}, {rate:,.0f}/s, {left:,.0f} s left "
    )
    print(line, end="", file=sys.stderr, flush=True)


def _person(number: int, wanted: Wanted) -> str:
    chance = Random(number % wanted.people)
    return f"wechat:main:{''.join(chance.choices('abcdefghijklmnopqrstuvwxyz234567', k=26))}"


def _sealed(kind: str) -> bytes:
    return os.urandom(_SEALED[kind])


def _moment(number: int, total: int) -> datetime:
    return _START + timedelta(seconds=int(number / max(1, total) * 600 * 86_400), milliseconds=number % 1000)


def _conversation(number: int, wanted: Wanted) -> dict[str, Any]:
    at = _moment(number, wanted.people)
    return {
        "_id": _person(number, wanted),
        "channel": "wechat",
        "account": "main",
        "address": _sealed("address"),
        "version": 10,
        "created_at": at,
        "reachable": True,
        "state": _sealed("state"),
        "last_inbound_at": at,
        "lease_token": None,
        "lease_until": None,
        "grant_left": 5,
        "grant_until": at + timedelta(hours=48),
    }


def _arrival(number: int, wanted: Wanted) -> dict[str, Any]:
    who, at = _person(number, wanted), _moment(number, wanted.messages)
    return {
        "_id": f"{who}:bench{number:012d}",
        "conversation_id": who,
        "message": _sealed("message"),
        "state": "done",
        "arrived_at": at,
        "arrived_ns": int(at.timestamp() * 1e9),
        "passive_closed": False,
        "tries": 0,
        "turn_id": f"{number:032x}",
        "reply_id": f"bench{number:027x}",
        "done_at": at,
    }


def _entry(number: int, wanted: Wanted) -> dict[str, Any]:
    who, at = _person(number, wanted), _moment(number, wanted.messages)
    return {
        "_id": f"bench{number:027x}",
        "channel": "wechat",
        "account": "main",
        "purpose": "reply",
        "state": "sent",
        "content": _sealed("content"),
        "attempts": [{"at": at, "via": "passive", "outcome": "sent", "provider_code": ""}],
        "via": "passive",
        "conversation_id": who,
        "created_at": at,
        "due_at": at,
        "sent_at": at,
        "reply_to": f"{who}:bench{number:012d}",
    }


def _case(number: int, wanted: Wanted) -> dict[str, Any]:
    at = _moment(number, wanted.cases)
    return {
        "_id": f"BENCH{number:012d}",
        "state": _STATES[number % 6],
        "district": _DISTRICTS[number % 4],
        "category": "城乡建设/路灯照明",
        "type": "求助",
        "channel": "wechat",
        "created_at": at,
        "updated_at": at,
        "parties": [_person(number, wanted)],
        "phone": os.urandom(24),
        "content": _sealed("case"),
        "version": 4,
    }


def _step(number: int, wanted: Wanted) -> dict[str, Any]:
    at = _moment(number, 3 * wanted.cases)
    return {
        "_id": f"bench-step-{number}",
        "case_number": f"BENCH{number // 3:012d}",
        "seq": number % 3 + 1,
        "at": at,
        "kind": "moved",
        "public": True,
        "content": os.urandom(200),
    }


_MAKERS = {"conversations": _conversation, "arrivals": _arrival, "outbox": _entry, "cases": _case, "timeline": _step}
