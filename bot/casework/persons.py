"""The rights of who filed a case, seen to by staff: a copy of what is kept, a correction, erasure (PIPL §45 to §47).

Each step has a reason, and stands in the audit log before it is done.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot import masking
from bot.access.members import By
from bot.local_time import at
from bot.publishing.rights import bookings_told, over_of
from channels.base import Clock
from dialogs.kept import without_person
from dialogs.nlu.phones import find_phones
from storage.audit import AuditLine
from storage.cases import Actor, ActorKind, Case, EntryKind, TimelineEntry
from storage.commit import Change
from storage.erasure import TalkErasure
from storage.erasure import without_person as case_without_person
from storage.store import Store

CORRECTED: Mapping[str, str] = {"name": "姓名", "phone": "电话", "id_number": "证件号", "address": "住址"}
_LONGEST = 200
_MOST_LINES = 5_000


class NotNow(Exception):
    """``sentence`` says why it cannot be done."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Persons:
    """What staff do where somebody asks for their right."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def copy(self, case: Case, *, by: By, reason: str) -> str:
        """All that is kept of the filer with this case, as a text for them."""
        await self._audit("person.copied", case, by, reason=reason)
        entries = await self._store.cases.timeline(case.number)
        attachments = await self._store.attachments.of_case(case.number)
        who = case.filer
        lines = [
            f"受理编号：{case.number}",
            f"登记时间：{at(case.created_at)}",
            f"状态：{case.state.label}",
            *(f"{label}：{getattr(who, name) or '（没有）'}" for name, label in CORRECTED.items()),
            f"代谁反映：{who.on_behalf_of or '（没有）'}",
            f"标题：{case.title}",
            f"地点：{case.place}",
            f"内容：{case.content}",
            f"附件：{len(attachments)} 个",
            *(f"　{at(each.created_at)}　{each.kind}　{each.size} 字节" for each in attachments),
            "办理过程：",
            *(f"　{at(each.at)}　{_said(each)}" for each in entries if each.public),
        ]
        if who.conversation_id:
            lines += ["领导接待日预约：", *await bookings_told(self._store, who.conversation_id)]
            lines += [f"订阅的通知：{await self._topics(who.conversation_id)}"]
            lines += ["来往消息：", *await self._talk(who.conversation_id)]
        return "\r\n".join(lines)

    async def correct(self, case: Case, *, actor: Actor, by: By, reason: str, **fields: str) -> list[str]:
        """Put right who filed; give what was changed, by its name. The values stand in no timeline.

        Raises:
            NotNow: nothing of the filer is kept any more, there is nothing to change, or a number cannot be dialled.
        """
        if fields.get("phone"):
            fields["phone"] = _dialled(fields["phone"])
        changed = {name: value[:_LONGEST] for name, value in fields.items() if value != getattr(case.filer, name)}
        if case.erased:
            raise NotNow("这件的个人信息已经删除，没有可更正的")
        if not changed:
            raise NotNow("和原来一样，没有改动")
        told = [CORRECTED[name] for name in changed]
        await self._audit("person.corrected", case, by, reason=reason, fields="、".join(told))
        entry = self._entry(EntryKind.CORRECTED, actor, f"来信人的{'、'.join(told)}：{reason}")
        filer = replace(case.filer, **changed)
        await self._store.committer.commit(self._store.cases.append(case, entry, filer=filer))
        return told

    async def erase(self, case: Case, *, actor: Actor, by: By, reason: str) -> None:
        """Erase who filed; the course of the case stays.

        Raises:
            NotNow: the case is still being handled, or it was done before.
        """
        if case.state.is_open:
            raise NotNow("还在办理，办结以后才能删除")
        if case.erased:
            raise NotNow("已经删除过了")
        if await self._store.erasure.on_the_way(case.number):
            raise NotNow("还有通知正在发给来信人，请等发出后再删除")
        await self._audit("person.erased", case, by, reason=reason)
        await self.erase_now(case, actor=actor, note=f"来信人的个人信息已删除：{reason}", wished=True)

    async def erase_now(self, case: Case, *, actor: Actor, note: str, wished: bool = False) -> None:
        """Erase, whoever wants it; what is cut short after the commit is brought to its end by ``finish``.

        ``wished``: by the person, whose talk follows a day later where this was their only case.

        Raises:
            Conflict: something happened to the case just now; nothing is erased.
        """

        def mask(text: str) -> str:
            return masking.text(text, person=case.filer.name)

        store, now = self._store, self._clock()
        entries = await store.cases.timeline(case.number)
        entry = TimelineEntry(at=now, actor=actor, kind=EntryKind.ERASED, note=note)
        changes = store.cases.append(case, entry, **case_without_person(case, mask))
        begun = store.erasure.begun(case.number, at=now)
        theirs = await over_of(store, case.filer.conversation_id, now) if case.filer.conversation_id else ()
        booked = [store.bookings.forget(each) for each in theirs]
        talk = await self._talk_too(case, now) if wished else []
        await store.committer.commit([*changes, begun, *talk, *booked, *store.erasure.masked(entries, mask)])
        await self.finish(case.number, begun_at=now)

    async def finish(self, number: str, *, begun_at: datetime) -> None:
        """Remove what a case had when its erasure began; doing it again changes nothing."""
        store = self._store
        await store.attachments.erase_case(number, now=self._clock(), before=begun_at)
        await store.erasure.forget_notices(number, before=begun_at)
        if not await store.erasure.on_the_way(number):  # what goes out yet is removed when it is out
            await store.erasure.finished(number)

    async def finish_talk(self, talk: TalkErasure) -> None:
        """Remove what was said until the wish; of who writes again what they tell now stays. Doing it again is safe."""
        store, key = self._store, talk.conversation_id
        await store.erasure.forget_said(talk)
        await store.attachments.erase_conversation(key, now=self._clock(), unfiled=True, before=talk.since)
        conversation = await store.conversations.get(key)
        if conversation is not None and not await store.cases.of_conversation(key):
            silent = conversation.last_inbound_at is None or conversation.last_inbound_at <= talk.since
            if not await store.conversations.forget(
                conversation, but=None if silent else without_person(conversation.state, until=talk.since)
            ):
                return
        await store.erasure.finished(talk.id)

    async def _talk_too(self, case: Case, now: datetime) -> list[Change]:
        """The change by which the talk follows, where they have no other case."""
        key = case.filer.conversation_id
        theirs = await self._store.cases.of_conversation(key) if key else ()
        if not key or any(each.number != case.number for each in theirs):
            return []
        return [self._store.erasure.talk_begun(case.number, key, at=now)]

    async def _topics(self, conversation_id: str) -> str:
        found = await self._store.conversations.get(conversation_id)
        return "、".join(sorted(found.topics)) if found is not None and found.topics else "（没有）"

    async def _talk(self, conversation_id: str) -> list[str]:
        heard = await self._store.inbox.onward(conversation_id, limit=_MOST_LINES)
        said = await self._store.outbox.onward(conversation_id, limit=_MOST_LINES)
        lines = [(each.arrived_at, "您", each.message.text) for each in heard]
        lines += [(each.created_at, "我们", masking.told_code(each.text)) for each in said]
        return [f"　{at(moment)}　{who}：{text}" for moment, who, text in sorted(lines, key=lambda line: line[0])]

    def _entry(self, kind: EntryKind, actor: Actor, note: str) -> TimelineEntry:
        return TimelineEntry(at=self._clock(), actor=actor, kind=kind, note=note)

    async def _audit(self, action: str, case: Case, by: By, **details: str) -> None:
        await self._store.audit.add(
            AuditLine(at=self._clock(), actor=by.id, name=by.name, action=action, target=case.number, details=details)
        )


def _dialled(phone: str) -> str:
    """The one number that was written. A slip must not take the place of the only way to reach somebody."""
    found = find_phones(phone)
    if len(found) != 1 or re.sub(r"\D", "", found[0].value) != re.sub(r"[ +()（）—-]", "", phone).removeprefix("86"):
        raise NotNow("电话不对，没有改：手机号 11 位，座机带区号")
    return found[0].value


def _said(entry: TimelineEntry) -> str:
    what = entry.to_state.label if entry.to_state else entry.kind.label
    who = entry.actor.name if entry.actor.kind is ActorKind.STAFF else ""
    return "　".join(part for part in (what, who, entry.note) if part)
