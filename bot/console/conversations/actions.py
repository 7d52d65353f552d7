"""What staff do in a conversation: take it over, reply, hand it back, see to its calls, make a case of it."""

import asyncio
import re
from collections.abc import Mapping, Sequence

from aiohttp import web

from bot.access.permissions import Permission
from bot.casework.attending import NotDone
from bot.casework.service import Draft
from bot.console.cases.reach import desk_of
from bot.console.conversations import shown
from bot.console.conversations.pages import ConversationPages
from bot.console.conversations.parts import ConversationParts
from bot.console.conversations.proposing import (
    LONGEST_CONTENT,
    LONGEST_PLACE,
    LONGEST_TITLE,
    lines_of,
    proposed,
    read_of,
)
from bot.console.conversations.reach import conversation_of
from bot.console.conversations.restoring import HIDDEN, restored
from bot.console.routes import Call
from dialogs.nlu.categories import Categories
from storage.cases import CASE_TYPES, Filer, Source
from storage.errors import Conflict
from storage.records import Conversation

_KEY = re.compile(r"[0-9a-f]{32}")
_LONGEST_TEXT = 4_000
_HEARD = 40
_FREE = ("title", "content", "place", "name", "phone")


class ConversationActions:
    """What changes something."""

    def __init__(self, parts: ConversationParts, pages: ConversationPages) -> None:
        self._parts = parts
        self._pages = pages
        self._store = parts.store
        self._known: Categories | None = None

    async def take(self, call: Call) -> web.StreamResponse:
        conversation = await conversation_of(self._store, call)
        try:
            await self._parts.attending.take(conversation, call.viewer.member)
        except NotDone as problem:
            return await self._again(call, problem.sentence)
        return _back(call, conversation, "已接入，机器人不再回复。您 30 分钟没有说话，会自动交还机器人")

    async def hand_back(self, call: Call) -> web.StreamResponse:
        conversation = await conversation_of(self._store, call)
        try:
            await self._parts.attending.hand_back(conversation, call.viewer.member)
        except NotDone as problem:
            return await self._again(call, problem.sentence)
        return _back(call, conversation, "已交还机器人")

    async def reply(self, call: Call) -> web.StreamResponse:
        """Send what was typed, or, where nothing was, the canned reply that was chosen."""
        conversation = await conversation_of(self._store, call)
        form, viewer = await call.form(), call.viewer
        text = (form.get("text") or form.get("canned") or "")[:_LONGEST_TEXT].replace("\r\n", "\n")
        key = form.get("key", "")
        if not _KEY.fullmatch(key):
            raise web.HTTPBadRequest
        try:
            await self._parts.attending.reply(conversation, viewer.member, text, author=viewer.member.name, key=key)
        except NotDone as problem:
            return await self._again(call, problem.sentence, text=text)
        length = self._parts.attending.length(conversation, text)
        return _back(call, conversation, f"已发出，计费 {length.segments} 条" if length.segments else "已发出")

    async def count(self, call: Call) -> web.StreamResponse:
        """How long what is being typed is; asked by the page's script, so that every gateway counts for itself."""
        conversation = await conversation_of(self._store, call)
        text = (await call.form()).get("text", "")[:_LONGEST_TEXT]
        length = self._parts.attending.length(conversation, text)
        said = f"{len(text)} 字"
        if length.segments:
            said += f"，计费 {length.segments} 条"
        if not length.fits:
            said += f"，太长：最多约 {length.most} 字"
        return web.json_response({"said": said, "fits": length.fits})

    async def close_call(self, call: Call) -> web.StreamResponse:
        conversation = await conversation_of(self._store, call)
        calls = await self._store.calls.open_of(conversation.id)
        wanted = next((each for each in calls if each.id == call.path["call"]), None)
        if wanted is None:
            return _back(call, conversation, "这个呼叫已经处理过了")
        closed = self._store.calls.closed(wanted.id, call.viewer.actor.name, self._parts.clock())
        line = self._pages.line(call, "call.closed", conversation.id, which=wanted.id, reason=wanted.reason)
        try:
            await self._store.audited([closed], line)
        except Conflict:
            return _back(call, conversation, "同事已经处理了这个呼叫")
        return _back(call, conversation, "已标为处理过")

    async def case_form(self, call: Call) -> web.StreamResponse:
        conversation = await conversation_of(self._store, call)
        heard = await self._heard(conversation)
        return await self._asked(call, conversation, await self._proposed(conversation, heard), heard)

    async def make_case(self, call: Call) -> web.StreamResponse:
        """Write down a case for the resident, who follows it and is told its number."""
        conversation = await conversation_of(self._store, call)
        heard = await self._heard(conversation)
        offered = await self._proposed(conversation, heard)
        form = {name: lines_of(value) for name, value in (await call.form()).items()}
        # Shown masked; what comes back is filed as it was said.
        said = [*(offered[name] for name in _FREE), *heard]
        given = {name: restored(form.get(name, ""), *said, name=offered["name"]) for name in _FREE}
        given |= {name: form.get(name, "") for name in ("type", "category", "key", "accusation")}
        problem = _wrong(given, self._parts.categories, offered)
        if problem:
            return await self._asked(call, conversation, given, heard, problem=problem)
        read = await asyncio.to_thread(read_of, given, await self._knows())
        draft = Draft(
            content=given["content"],
            title=read.title,
            type=read.type,
            category=read.category,
            place=given["place"],
            district=read.district,
            since=read.since,
            urgency=read.urgency,
            accusation=given["accusation"] == "on",
            filer=Filer(name=given["name"], phone=given["phone"], conversation_id=conversation.id),
            source=Source(channel=conversation.address.channel, account=conversation.address.account),
            desk=desk_of(call.viewer),
        )
        made = await self._parts.casework.create(draft, actor=call.viewer.actor, key=f"console:{given['key']}")
        await self._parts.attending.drop_draft(conversation.id)
        line = self._pages.line(call, "conversation.filed", conversation.id, case=made.case.number)
        await self._store.audit.add(line)
        told = f"已登记 {made.case.number}，编号和查询码已告诉对方"
        if draft.accusation and not call.viewer.may(Permission.ACCUSATIONS):
            return call.back("/conversations", "已登记为检举控告，由纪检人员办理，这个会话不再显示")
        return call.back(f"/cases/{made.case.number}", told)

    async def _again(self, call: Call, problem: str, *, text: str = "") -> web.StreamResponse:
        return await self._pages.page(call, await conversation_of(self._store, call), problem=problem, text=text)

    async def _proposed(self, conversation: Conversation, heard: Sequence[str]) -> Mapping[str, str]:
        return await asyncio.to_thread(proposed, conversation, heard, await self._knows(), key=self._parts.key())

    async def _knows(self) -> Categories:
        if self._known is None:
            self._known = await asyncio.to_thread(self._parts.knows)
        return self._known

    async def _heard(self, conversation: Conversation) -> Sequence[str]:
        """What the resident said lately, the oldest first: to the bot, and to staff."""
        heard = await self._store.inbox.history(conversation.id, limit=_HEARD)
        return [text for text in map(shown.spoken, reversed(heard)) if text]

    async def _asked(
        self,
        call: Call,
        conversation: Conversation,
        given: Mapping[str, str],
        heard: Sequence[str],
        *,
        problem: str = "",
    ) -> web.StreamResponse:
        words = shown.words_of(conversation, ())
        return call.page(
            "conversations/case.html",
            status=422 if problem else 200,
            problem=problem,
            given={name: words(value) if name != "key" else value for name, value in given.items()},
            heard=list(map(words, heard)),
            href=f"/console/conversations/{conversation.id}",
            types=CASE_TYPES,
            categories=self._parts.categories,
        )


def _wrong(given: Mapping[str, str], categories: Sequence[str], offered: Mapping[str, str]) -> str:
    if not _KEY.fullmatch(given["key"]) or given["type"] not in CASE_TYPES:
        return "请从页面上重新填写"
    if given["category"] and given["category"] not in [*categories, offered["category"]]:
        return "没有这个类别"
    if not given["content"] or len(given["content"]) > LONGEST_CONTENT:
        return f"请填写内容，最多 {LONGEST_CONTENT} 字"
    if len(given["title"]) > LONGEST_TITLE or len(given["place"]) > LONGEST_PLACE:
        return f"标题最多 {LONGEST_TITLE} 字，地点最多 {LONGEST_PLACE} 字"
    if any(HIDDEN in given[name] for name in _FREE):
        return "内容里还有遮盖的号码或姓名（*）：请写全，或者删去"
    return ""


def _back(call: Call, conversation: Conversation, told: str) -> web.StreamResponse:
    return call.back(f"/conversations/{conversation.id}", told)
