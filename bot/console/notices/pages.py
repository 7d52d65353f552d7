"""The pages of the notices: the list, writing one, one and its progress, its recipients, the export."""

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from aiohttp import web

from bot.access.permissions import Permission
from bot.broadcasts.sending import reason_said
from bot.broadcasts.words import CHANNEL_NAMES, LONGEST_TEXT, LONGEST_TITLE, previews
from bot.console.form_keys import new_key
from bot.console.notices import shown
from bot.console.notices.parts import NoticeParts
from bot.console.notices.reach import at_the_top, broadcast_of, districts_of, units_of
from bot.console.routes import Call
from bot.publishing.words import as_notice
from bot.tables import write_csv
from storage.audit import AuditLine
from storage.broadcast_records import Broadcast, BroadcastState, RecipientState
from storage.errors import BadCursor

_PAGE = 30
_RECIPIENTS = 50
_MOST_EXPORTED = 200_000
_EMPTY: Mapping[str, str] = dict.fromkeys(("title", "text", "district", "category", "tag", "topic", "whom", "at"), "")


class NoticePages:
    """What is looked at."""

    def __init__(self, parts: NoticeParts) -> None:
        self._parts = parts
        self._store = parts.store

    async def list(self, call: Call) -> web.StreamResponse:
        units, cursor = units_of(call.viewer), call.query.get("cursor") or None
        try:
            page = await self._store.broadcasts.list(units=units, limit=_PAGE, cursor=cursor)
        except BadCursor:
            page = await self._store.broadcasts.list(units=units, limit=_PAGE)
        return call.page(
            "notices/list.html",
            notices=page.items,
            badges=shown.BADGES,
            channels=CHANNEL_NAMES,
            may_write=call.viewer.may(Permission.WRITE_NOTICES),
            more=urlencode({"cursor": page.next_cursor}) if page.next_cursor else "",
            later=bool(cursor),
        )

    async def new(self, call: Call) -> web.StreamResponse:
        """The form, empty or with the words of another notice (``?from=``) or publication (``?publication=``)."""
        form = dict(_EMPTY)
        other = await self._store.broadcasts.get(call.query.get("from", ""))
        if other is not None and other.unit in units_of(call.viewer):
            form |= {"title": other.title, "text": other.text}
        published = await self._store.publications.get(call.query.get("publication", ""))
        if published is not None and published.shown(self._parts.clock()):
            form |= dict(zip(("title", "text"), as_notice(published), strict=True))
        return await self.form(call, form, list(other.channels) if other else [])

    async def form(
        self, call: Call, form: Mapping[str, str], channels: Sequence[str], problem: str = ""
    ) -> web.StreamResponse:
        """The form as it was filled, and what is wrong with it."""
        there = dict.fromkeys(channel for channel, _ in self._parts.office.channels)
        followers = {topic: await self._store.audience.followers(topic) for topic in self._parts.office.topics}
        known = [(name, CHANNEL_NAMES.get(name, name)) for name in there]
        return call.page(
            "notices/new.html",
            status=422 if problem else 200,
            problem=problem,
            once=new_key(),
            form={**_EMPTY, **form},
            chosen=channels,
            channels=known,
            words=previews(form.get("title", ""), form["text"], channels, self._parts.office.channels)
            if form.get("text")
            else [],
            names=CHANNEL_NAMES,
            districts=districts_of(call.viewer),
            categories=self._parts.categories,
            topics={topic: shown.followers(count) for topic, count in followers.items()},
            whole_city=at_the_top(call.viewer),
            longest_title=LONGEST_TITLE,
            longest_text=LONGEST_TEXT,
        )

    async def one(self, call: Call) -> web.StreamResponse:
        return await self.again(call, await broadcast_of(self._store, call))

    async def again(self, call: Call, broadcast: Broadcast, problem: str = "") -> web.StreamResponse:
        """The notice as it stands, and what kept a step from being done."""
        office, now, viewer = self._parts.office, self._parts.clock(), call.viewer
        counts = await self._store.ledger.counts(broadcast.id)
        words = previews(broadcast.title, broadcast.text, broadcast.channels, office.channels)
        waits = broadcast.state in {BroadcastState.DRAFT, BroadcastState.APPROVED}
        tally = await office.tried(broadcast) if waits and call.query.get("try") else None
        reasons = await self._store.ledger.reasons(broadcast.id) if counts.excluded or counts.failed else {}
        return call.page(
            "notices/one.html",
            status=422 if problem else 200,
            problem=problem,
            notice=broadcast,
            badge=shown.BADGES[broadcast.state],
            whom=shown.whom(broadcast.segment),
            words=words,
            names=CHANNEL_NAMES,
            progress=shown.progress(broadcast, counts, now),
            counts=counts,
            begun=broadcast.started_at is not None,
            waits=waits,
            tried=shown.tried(tally, words, self._parts.sms_fen) if tally else None,
            reasons=[(state.label, reason_said(reason), n) for (state, reason), n in reasons.items()],
            own=viewer.member.id in broadcast.authors,
            may_write=viewer.may(Permission.WRITE_NOTICES),
            may_approve=viewer.may(Permission.APPROVE_NOTICES),
        )

    async def progress(self, call: Call) -> web.StreamResponse:
        """Of one that is being sent, what its worker counted last: every open page asks this every second."""
        broadcast = await broadcast_of(self._store, call)
        counted = broadcast.state is BroadcastState.RUNNING and broadcast.counts.total
        counts = broadcast.counts if counted else await self._store.ledger.counts(broadcast.id)
        return web.json_response(shown.progress(broadcast, counts, self._parts.clock()))

    async def recipients(self, call: Call) -> web.StreamResponse:
        broadcast = await broadcast_of(self._store, call)
        wanted = call.query.get("state", "")
        states = [RecipientState(wanted)] if wanted in set(RecipientState) else []
        cursor = call.query.get("cursor") or None
        page = await self._store.ledger.list(broadcast.id, states=states, limit=_RECIPIENTS, cursor=cursor)
        return call.page(
            "notices/recipients.html",
            notice=broadcast,
            lines=[shown.line(each) for each in page.items],
            states=[(state.value, state.label) for state in RecipientState],
            wanted=wanted,
            more=urlencode({"state": wanted, "cursor": page.next_cursor}) if page.next_cursor else "",
            later=bool(cursor),
        )

    async def export(self, call: Call) -> web.StreamResponse:
        """What became of each, numbers masked; who exported it is audited."""
        broadcast, now, by = await broadcast_of(self._store, call), self._parts.clock(), call.viewer.by
        rows = []
        async for recipient in self._store.ledger.each(broadcast.id):
            rows.append(shown.row(recipient))
            if len(rows) >= _MOST_EXPORTED:
                break
        details = {"count": len(rows)}
        line = AuditLine(
            at=now, actor=by.id, name=by.name, action="broadcast.exported", target=broadcast.id, details=details
        )
        await self._store.audit.add(line)
        content = await asyncio.to_thread(write_csv, shown.HEADINGS, rows)
        name = quote(f"通知收件人-{now:%Y%m%d}.csv")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return web.Response(body=content, content_type="text/csv", headers=headers)
