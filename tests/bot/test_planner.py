"""Which way reaches a person now: the window they opened, a template for the notice, their consent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.planner import ways, weigh, window_open
from bot.delivery.reasons import SENTENCES, Reason, sentence
from channels.base import Capabilities
from channels.errors import Busy, RecipientGone
from channels.messages import Address, Purpose, Via
from storage.records import Conversation, OutboxEntry

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
PERSON = Address(channel="wechat", account="main", sender="o1")
WECHAT = Capabilities(
    passive=True,
    answer_within=4.5,
    ways=(Via.CUSTOMER_SERVICE, Via.TEMPLATE, Via.SUBSCRIBE),
    text_limit=2048,
    notices=frozenset({"progress"}),
)
SMS = Capabilities(passive=False, answer_within=0, ways=(Via.SMS,), text_limit=500)


def entry(notice: str = "progress") -> OutboxEntry:
    return OutboxEntry(
        id="e",
        conversation_id="c",
        address=PERSON,
        purpose=Purpose.CASE_NOTICE,
        text="x",
        notice=notice,
        created_at=NOW,
        due_at=NOW,
    )


def person(left: int | None = 5, until: datetime | None = NOW + timedelta(hours=1), **given: object) -> Conversation:
    return Conversation(
        id="c", address=PERSON, version=1, state={}, created_at=NOW, grant_left=left, grant_until=until, **given
    )


@pytest.mark.parametrize(
    ("conversation", "is_open"),
    [
        (person(), True),
        (person(left=None), True),
        (person(left=0), False),
        (person(until=None), False),
        (person(left=None, until=None), False),
        (person(until=NOW), False),
        (person(until=NOW + timedelta(seconds=1)), True),
    ],
)
def test_a_window_is_open_until_its_end_or_its_last_message(conversation: Conversation, is_open: bool) -> None:
    assert window_open(conversation, now=NOW) is is_open


@pytest.mark.parametrize(
    ("given", "conversation", "expected"),
    [
        (entry(), person(), [Via.CUSTOMER_SERVICE, Via.TEMPLATE, Via.SUBSCRIBE]),
        (entry(), person(left=0), [Via.TEMPLATE, Via.SUBSCRIBE]),
        (entry(""), person(), [Via.CUSTOMER_SERVICE]),
        (entry("unknown"), person(left=0), []),
        (entry(), person(reachable=False), [Via.SUBSCRIBE]),
        (entry(""), person(reachable=False), []),
    ],
)
def test_free_words_first_then_templates_and_only_consent_reaches_who_left(
    given: OutboxEntry, conversation: Conversation, expected: list[Via]
) -> None:
    assert list(ways(given, conversation, WECHAT, now=NOW)) == expected


def test_a_text_message_needs_no_window() -> None:
    assert list(ways(entry(""), person(left=0, until=None), SMS, now=NOW)) == [Via.SMS]


def test_a_passive_reply_is_never_a_workers_way() -> None:
    passive_only = Capabilities(passive=True, answer_within=4.5, ways=(Via.PASSIVE,), text_limit=10)
    assert list(ways(entry(), person(), passive_only, now=NOW)) == []


def test_a_subscribe_notice_goes_to_nobody_who_refused_it() -> None:
    capabilities = replace(WECHAT, ways=(Via.SUBSCRIBE,), subscriptions={"progress": "A"})
    for refused, reason in (
        (frozenset({"A"}), "refused"),
        (frozenset({"B"}), "subscribed"),
        (frozenset(), "subscribed"),
    ):
        [way] = weigh(entry(), person(refused=refused), capabilities, now=NOW)
        assert (way.open, way.reason) == (reason == "subscribed", reason)


def test_each_way_says_why_it_is_passed_over() -> None:
    left = {way.via: way.reason for way in weigh(entry("other"), person(reachable=False), WECHAT, now=NOW)}
    assert left == {Via.CUSTOMER_SERVICE: "left", Via.TEMPLATE: "left", Via.SUBSCRIBE: "no_template"}
    used = weigh(entry(), person(left=0), WECHAT, now=NOW)
    shut = weigh(entry(), person(until=None), WECHAT, now=NOW)
    assert (used[0].reason, shut[0].reason) == ("grant_used", "window_shut")


def test_every_reason_and_every_failure_has_a_sentence_for_staff() -> None:
    assert set(SENTENCES) == set(Reason)
    assert sentence("recipient_gone") == RecipientGone.sentence
    assert sentence("busy") == Busy.sentence
