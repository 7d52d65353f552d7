"""What the storage tests share: an open store, and makers of the values that go in."""

import itertools
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.messages import Address, Grant, Inbound, Kind, Purpose
from storage.cases import Actor, ActorKind, Case, EntryKind, Filer, Source, TimelineEntry
from storage.driver import Database
from storage.personal_data import Vault
from storage.records import OutboxEntry
from storage.store import Store


@pytest.fixture
async def store(database: Database, vault: Vault) -> Store:
    return await Store.open(database, vault)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@pytest.fixture
def address() -> Address:
    return Address(channel="wechat", account="main", sender="oAbC-openid-of-zhang")


@pytest.fixture
def inbound(address: Address, now: datetime) -> Callable[..., Inbound]:
    numbers = itertools.count(1)

    def make(**given: Any) -> Inbound:
        facts = {
            "address": address,
            "message_id": f"m{next(numbers)}",
            "kind": Kind.TEXT,
            "sent_at": now,
            "received_at": now,
            "text": "路灯坏了",
            "grant": Grant(messages=5, until=now + timedelta(hours=48)),
        }
        return Inbound(**(facts | given))

    return make


@pytest.fixture
def entry(address: Address, now: datetime) -> Callable[..., OutboxEntry]:
    def make(**given: Any) -> OutboxEntry:
        facts = {
            "id": uuid.uuid4().hex,
            "conversation_id": "wechat:main:someone",
            "address": address,
            "purpose": Purpose.REPLY,
            "text": "已经记下了",
            "created_at": now,
            "due_at": now,
        }
        return OutboxEntry(**(facts | given))

    return make


@pytest.fixture
def case(now: datetime) -> Callable[..., Case]:
    def make(**given: Any) -> Case:
        facts = {
            "number": "WF261121000013",
            "title": "东风东街路灯坏了",
            "content": "东风东街某小区路灯坏了一个多月，晚上太黑",
            "place": "奎文区东风东街",
            "district": "奎文区",
            "filer": Filer(conversation_id="wechat:main:someone", name="张三丰", phone="13800138000"),
            "source": Source(channel="wechat", account="main", message_ids=("m1",)),
            "followers": ("wechat:main:someone",),
            "created_at": now,
            "updated_at": now,
        }
        return Case(**(facts | given))

    return make


@pytest.fixture
def step(now: datetime) -> Callable[..., TimelineEntry]:
    def make(**given: Any) -> TimelineEntry:
        actor = Actor(kind=ActorKind.STAFF, name="李科长")
        return TimelineEntry(**({"at": now, "actor": actor, "kind": EntryKind.NOTED} | given))

    return make
