"""Looking at conversations: the inbox, and one conversation."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.access.permissions import Permission
from bot.console.cases.reach import may_reveal, reaches
from bot.console.cases.shown import CHANNELS
from bot.console.conversations import shown
from bot.console.conversations.parts import ConversationParts
from bot.console.conversations.reach import LISTED, conversation_of, newest, reached
from bot.console.routes import BASE, Call
from storage.audit import AuditLine
from storage.cases import Case
from storage.records import ArrivedMessage, Conversation, OutboxEntry
from storage.records import Call as PersonCall

LINES = 80
_CALLS = 100
_CASES = 50
_LATEST = 20
_LONGEST_REASON = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A conversation in the inbox. ``waits``: nobody has answered yet, neither the bot nor staff."""

    href: str
    who: str = field(repr=False)
    channel: str
    words: str = field(repr=False)
    at: datetime | None
    held_by: str = field(repr=False)
    waits: bool
    calls: Sequence[PersonCall]


class ConversationPages:
    """What is shown."""

    def __init__(self, parts: ConversationParts) -> None:
        self._parts = parts
        self._store = parts.store
        self._attendance = parts.attending.attendance

    async def inbox(self, call: Call) -> web.StreamResponse:
        values = await self._inbox(call)
        return call.page("conversations/list.html", **values)

    async def inbox_events(self, call: Call) -> web.StreamResponse:
        async def content() -> str:
            return call.pages.text("conversations/_list.html", **await self._inbox(call))

        async def stamp() -> str:
            calls = await self._store.calls.open(_CALLS)
            return " ".join([await self._attendance.stamp(LISTED), *(each.id for each in calls)])

        return await self._parts.live.stream(call, stamp=stamp, shown=content)

    async def one(self, call: Call) -> web.StreamResponse:
        return await self.page(call, await conversation_of(self._store, call))

    async def one_events(self, call: Call) -> web.StreamResponse:
        key = (await conversation_of(self._store, call)).id

        async def stamp() -> str:
            found, sent, heard = await asyncio.gather(
                self._store.conversations.get(key),
                self._store.outbox.history(key, limit=_LATEST),
                self._store.inbox.history(key, limit=1),
            )
            states = [f"{each.id}/{each.state}" for each in sent]
            taken = f"{found.version}/{found.taken}" if found else ""
            return " ".join([taken, *(each.id for each in heard), *states])

        async def content() -> str:
            found = await conversation_of(self._store, call)
            values = await self._one(call, found, full=False)
            return call.pages.text("conversations/_lines.html", **values)

        return await self._parts.live.stream(call, stamp=stamp, shown=content)

    async def reveal(self, call: Call) -> web.StreamResponse:
        """Phones and names unmasked, on this one page; who looked, and why, stands in the audit log."""
        conversation = await conversation_of(self._store, call)
        reason = (await call.form()).get("reason", "")[:_LONGEST_REASON]
        if not reason:
            return await self.page(call, conversation, problem="请填写查看的原因")
        await self._store.audit.add(self.line(call, "conversation.revealed", conversation.id, reason=reason))
        return await self.page(call, conversation, full=True)

    async def page(
        self, call: Call, conversation: Conversation, *, full: bool = False, problem: str = "", text: str = ""
    ) -> web.StreamResponse:
        """The conversation as it stands; ``problem``: what kept something from being done, ``text``: what was typed."""
        values = await self._one(call, conversation, full=full)
        attending = self._parts.attending
        return call.page(
            "conversations/one.html",
            status=422 if problem else 200,
            problem=problem,
            text=text,
            full=full,
            paged="before" in call.query,
            length=attending.length(conversation, text),
            canned=self._parts.canned,
            key=self._parts.key(),
            may_reveal=call.viewer.may(Permission.REVEAL),
            may_file=call.viewer.may(Permission.INTAKE),
            calls=await self._store.calls.open_of(conversation.id),
            reasons=shown.REASONS,
            first=await self.name_of(conversation.first_taken_by),
            **values,
        )

    async def cases_of(self, call: Call, conversation: Conversation) -> Sequence[Case]:
        """The cases of the conversation that the viewer may see."""
        found = await self._store.cases.of_conversation(conversation.id, _CASES)
        return [case for case in found if reaches(call.viewer, case)]

    async def name_of(self, member_id: str) -> str:
        member = await self._store.staff.get(member_id) if member_id else None
        return "" if member is None else member.name

    def line(self, call: Call, action: str, target: str, **details: object) -> AuditLine:
        """What the audit log says of what the viewer does."""
        by, now = call.viewer.by, self._parts.clock()
        return AuditLine(at=now, actor=by.id, name=by.name, action=action, target=target, details=details)

    async def _inbox(self, call: Call) -> Mapping[str, Any]:
        wanted = call.query.get("channel", "")
        calls = await self._store.calls.open(_CALLS)
        called = await self._store.conversations.get_many(list({each.conversation_id for each in calls}))
        called = list(await reached(self._store, call.viewer, called))
        if wanted:
            called = [each for each in called if each.address.channel == wanted]
        found = await newest(self._store, self._attendance, call.viewer, channel=wanted or None)
        # Danger first, then who has waited longest: as the calls stand.
        order = {each.conversation_id: place for place, each in reversed(list(enumerate(calls)))}
        called.sort(key=lambda each: order[each.id])
        rest = [each for each in found if each.id not in order]
        rows = await self._rows([*called, *rest], calls)
        channels = {name: label for name, label in CHANNELS.items() if name in self._parts.channels}
        return {
            "calls": rows[: len(called)],
            "rows": rows[len(called) :],
            "channels": channels,
            "wanted": wanted,
            "reasons": shown.REASONS,
        }

    async def _rows(self, found: Sequence[Conversation], calls: Sequence[PersonCall]) -> Sequence[Row]:
        ids = [each.id for each in found]
        cases = await self._store.cases.of_conversations(ids, len(ids) * 4) if ids else ()
        names = {each: await self.name_of(each) for each in {one.held_by(self._parts.clock()) for one in found} if each}
        return await asyncio.gather(*(self._row(each, cases, names, calls) for each in found))

    async def _row(
        self, found: Conversation, cases: Sequence[Case], names: Mapping[str, str], calls: Sequence[PersonCall]
    ) -> Row:
        heard, sent = await asyncio.gather(
            self._store.inbox.history(found.id, limit=1), self._store.outbox.history(found.id, limit=1)
        )
        own = [case for case in cases if found.id in {case.filer.conversation_id, *case.followers}]
        filed = [case for case in own if case.filer.conversation_id == found.id]
        last = heard[0] if heard else None
        return Row(
            href=f"{BASE}/conversations/{quote(found.id, safe=':')}",
            who=shown.who(found, filed),
            channel=shown.channel(found),
            words=shown.last_words(last, shown.words_of(found, own)),
            at=last.arrived_at if last else found.last_inbound_at,
            held_by=names.get(found.held_by(self._parts.clock()), ""),
            waits=last is not None
            and last.message.event is None
            and (not sent or sent[0].created_at < last.arrived_at),
            calls=[each for each in calls if each.conversation_id == found.id],
        )

    async def _one(self, call: Call, conversation: Conversation, *, full: bool) -> Mapping[str, Any]:
        cases = await self.cases_of(call, conversation)
        filed = [case for case in cases if case.filer.conversation_id == conversation.id]
        words = shown.words_of(conversation, cases, full=full)
        numbers = frozenset(case.number for case in cases if may_reveal(call.viewer, case))
        lines, earlier = await self._lines(conversation, words, numbers, _before(call.query.get("before", "")))
        held = conversation.held_by(self._parts.clock())
        return {
            "conversation": conversation,
            "href": f"{BASE}/conversations/{quote(conversation.id, safe=':')}",
            "who": shown.who(conversation, filed, full=full),
            "channel": shown.channel(conversation),
            "lines": lines,
            "earlier": earlier,
            "cases": [(case.number, words(case.title), case.state.label) for case in cases],
            "held": held,
            "mine": held == call.viewer.member.id,
            "held_by": await self.name_of(held),
            "window": self._parts.attending.window(conversation),
            "until": conversation.taken.until if conversation.taken else None,
        }

    async def _lines(
        self, conversation: Conversation, words: shown.Words, numbers: frozenset[str], before: datetime | None
    ) -> tuple[Sequence[shown.Said], str]:
        """The newest lines before ``before``, in order; and what asks for those before them, "" for none."""
        heard, sent = await asyncio.gather(
            self._store.inbox.history(conversation.id, limit=LINES + 1, before=before),
            self._store.outbox.history(conversation.id, limit=LINES + 1, before=before),
        )
        merged: list[ArrivedMessage | OutboxEntry] = sorted([*heard, *sent], key=_order, reverse=True)
        kept = merged[:LINES]
        # A moment is never divided between two pages.
        kept += [each for each in merged[LINES:] if _moment(each) == _moment(kept[-1])]
        files = await self._store.attachments.of_messages(
            [each.id for each in kept if isinstance(each, ArrivedMessage)]
        )
        lines = [
            shown.heard(each, [one for one in files if one.message_id == each.id], numbers, words)
            if isinstance(each, ArrivedMessage)
            else shown.sent(each, words)
            for each in reversed(kept)
        ]
        return lines, _written(_moment(kept[-1])) if len(merged) > len(kept) else ""


def _moment(line: ArrivedMessage | OutboxEntry) -> datetime:
    return line.created_at if isinstance(line, OutboxEntry) else line.arrived_at


def _order(line: ArrivedMessage | OutboxEntry) -> tuple[datetime, bool]:
    return _moment(line), isinstance(line, OutboxEntry)


def _written(moment: datetime) -> str:
    return str((moment - _EPOCH) // timedelta(milliseconds=1))


def _before(text: str) -> datetime | None:
    try:
        return _EPOCH + timedelta(milliseconds=int(text))
    except (ValueError, OverflowError):
        return None
