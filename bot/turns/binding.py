"""Binding a phone: the number is said, a code is sent to it by text, and comes back in the conversation.

    绑定手机 13800138000  ─▶ a code by text ─▶ 123456  ─▶ bound
    绑定手机              ─▶ which number? ─▶ 13800138000 ─▶ …
    解绑手机              ─▶ unbound, at once

What is under way stands on the conversation's own document, so that a turn reads nothing more for it. Only a digest of
the code is kept; it holds for ten minutes and five tries, and tries are slowed as those of query codes are.
"""

import hmac
import re
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.casework.contacts import ContactBook
from bot.casework.settled import Settled
from bot.delivery.elsewhere import SMS
from channels.base import Channel
from channels.messages import Address, Inbound, Kind, Purpose
from channels.sms.numbers import NotANumber, canonical, is_mainland_mobile
from dialogs.nlu.phones import mask_phone
from dialogs.ports import Randomness
from storage.errors import SlowDown
from storage.records import ArrivedMessage, Binding, Conversation, OutboxEntry
from storage.store import Store

CODE_NOTICE = "binding_code"
"""The kind of notice that a gateway of templates needs a template for; its one field is "code"."""
HOLDS = timedelta(minutes=10)
TRIES = 5
_ASKED = {timedelta(hours=1): 5, timedelta(days=1): 10}
"""How many codes one conversation may ask for, whatever the numbers."""
_CHANNELS = frozenset({"wechat", "weibo"})
_COMMAND = re.compile(
    r"(?:请|帮我|我?(?:想要|需要|要|想))?绑定(?:一下)?(?:(?:我的)?手机(?:号码?)?|(?=[\s:,]*[+\d]))[\s:,]*(?P<number>[+\d\s-]*)[。.!]*"
)
_CODE = re.compile(r"\d{6}")
_NEVER_MIND = frozenset({"取消绑定", "不绑定", "不绑定了"})
_UNBIND = re.compile(
    r"(?:我要|请|帮我)?(?:解绑|解除绑定|取消绑定)(?:我的)?(?:手机|电话)?(?:号码?)?|(?:手机|电话)(?:号码?)?解绑"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """``reply`` and the rest of the turn."""

    reply: str
    settled: Settled


class PhoneBinding:
    """Holds no state of its own."""

    def __init__(
        self, *, store: Store, channels: Mapping[tuple[str, str], Channel], book: ContactBook, chance: Randomness
    ) -> None:
        self._store = store
        self._channels = channels
        self._book = book
        self._chance = chance

    def takes(self, conversation: Conversation, message: Inbound) -> bool:
        """Whether ``message`` is part of binding a phone."""
        if message.address.channel not in _CHANNELS or message.kind is not Kind.TEXT:
            return False
        text = _plain(message)
        if _COMMAND.fullmatch(text) or _UNBIND.fullmatch(text):
            return True
        pending = _pending(conversation, message.received_at)
        if pending is None:
            return False
        return text in _NEVER_MIND or bool(_CODE.fullmatch(text) if pending.code else _mobile(text))

    async def answer(self, conversation: Conversation, arrived: ArrivedMessage, now: datetime) -> Answered:
        """What comes of a message that ``takes`` named."""
        text = _plain(arrived.message)
        command, pending = _COMMAND.fullmatch(text), _pending(conversation, arrived.message.received_at)
        if text in _NEVER_MIND or _UNBIND.fullmatch(text):
            never_mind = text in _NEVER_MIND and pending is not None
            return _said("好的，不绑定了。", binding=None) if never_mind else await self._unbound(conversation, arrived)
        if command is None and pending is not None and pending.code:
            return await self._tried(conversation, pending, text, arrived, now)
        given = command["number"].strip() if command else text
        if not self._accounts():
            return _said("暂时不能绑定手机，给您添麻烦了。", binding=None)
        if not given:
            return _said("请回复要绑定的手机号码（11位）。", binding=Binding(until=now + HOLDS))
        phone = _mobile(given)
        if not phone:
            return _said("这不像手机号码。请回复11位手机号码。", binding=Binding(until=now + HOLDS))
        return await self._sent(conversation, phone, arrived, now)

    async def _sent(self, conversation: Conversation, phone: str, arrived: ArrivedMessage, now: datetime) -> Answered:
        account, channel = self._accounts()[0]
        texted = await self._store.conversations.ensure(Address(channel=SMS, account=account, sender=phone), now=now)
        limit = channel.capabilities.limits.get(Purpose.CODE)
        free_at = await self._store.counts.spend(f"{conversation.id}:asked", arrived.id, _ASKED, now=now)
        if free_at is None and limit is not None:
            free_at = await self._store.counts.spend(f"{texted.id}:asked", arrived.id, limit.windows(), now=now)
        if free_at is not None:
            return _said(f"验证码发得太频繁了，请{_minutes(free_at - now)}后再试。")
        code = self._chance.query_code()
        entry = OutboxEntry(
            id=uuid.uuid4().hex,
            conversation_id=texted.id,
            address=texted.address,
            purpose=Purpose.CODE,
            text=f"验证码{code}，用于绑定手机，10分钟内有效。不是您本人操作，请不要理会，也不要告诉他人。",
            notice=CODE_NOTICE,
            fields={"code": code},
            created_at=now,
            due_at=now,
        )
        binding = Binding(phone=phone, code=self._digest(conversation, phone, code), until=now + HOLDS)
        answered = _said(f"验证码已发到{mask_phone(phone)}，请在10分钟内回复6位数字。", binding=binding)
        settled = replace(answered.settled, changes=(self._store.outbox.put(entry),), kick=(entry.id,))
        return replace(answered, settled=settled)

    async def _tried(
        self, conversation: Conversation, pending: Binding, code: str, arrived: ArrivedMessage, now: datetime
    ) -> Answered:
        async def is_right() -> bool:
            return hmac.compare_digest(self._digest(conversation, pending.phone, code), pending.code)

        about = f"phone:{self._store.vault.pseudonym('bind', pending.phone)}"
        try:
            right = await self._store.code_tries.heard(conversation.id, about, now, is_right)
        except SlowDown as slow:
            return _said(f"试得太快了，请{_minutes(timedelta(seconds=slow.seconds))}后再回复验证码。")
        if right:
            return await self._bound(conversation, pending.phone, arrived)
        wrong = pending.tries + 1
        if wrong >= TRIES:
            return _said("验证码错了5次，已经作废。需要绑定，请重新回复“绑定手机”。", binding=None)
        left = f"验证码不对，请核对短信后再回复，还可以试{TRIES - wrong}次。"
        return _said(left, binding=replace(pending, tries=wrong))

    async def _bound(self, conversation: Conversation, phone: str, arrived: ArrivedMessage) -> Answered:
        accounts = [account for name, account in self._channels if name == SMS]
        bound = await self._book.bound(conversation, phone, accounts=accounts, message_id=arrived.id)
        settled = Settled(changes=tuple(bound.changes), known={"binding": None, "contact_id": bound.contact_id})
        reply = f"已绑定手机{mask_phone(phone)}。用这个手机短信反映的事项，在这里也能查；这里通知不到您时，会改发短信。"
        return Answered(reply=reply, settled=settled)

    async def _unbound(self, conversation: Conversation, arrived: ArrivedMessage) -> Answered:
        unbound = await self._book.unbound(conversation, message_id=arrived.id)
        if unbound is None:
            return _said("您没有绑定手机。要绑定，请回复“绑定手机”。", binding=None)
        reply = (
            f"已解绑手机{mask_phone(unbound.phone)}：用它反映的事项，这里查不到了；通知也不再改发短信。"
            "要再绑定，请回复“绑定手机”。"
        )
        return Answered(reply=reply, settled=Settled(changes=tuple(unbound.changes), known={"binding": None}))

    def _digest(self, conversation: Conversation, phone: str, code: str) -> str:
        return self._store.vault.hash_code(code, f"binding/{conversation.id}/{phone}").hex()

    def _accounts(self) -> Sequence[tuple[str, Channel]]:
        return [
            (account, channel)
            for (name, account), channel in self._channels.items()
            if name == SMS and (channel.capabilities.free_text or CODE_NOTICE in channel.capabilities.notices)
        ]


def _said(reply: str, **known: Binding | None) -> Answered:
    return Answered(reply=reply, settled=Settled(known=known))


def _plain(message: Inbound) -> str:
    return unicodedata.normalize("NFKC", message.text).strip()


def _pending(conversation: Conversation, at: datetime) -> Binding | None:
    binding = conversation.binding
    return binding if binding is not None and at < binding.until else None


def _mobile(text: str) -> str:
    """The number that ``text`` is and nothing else; "" for anything else."""
    try:
        number = canonical(text)
    except NotANumber:
        return ""
    return number if is_mainland_mobile(number) else ""


def _minutes(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    if seconds < 90:  # noqa: PLR2004 - up to here seconds are easier read
        return f"{seconds}秒"
    minutes = -(-seconds // 60)
    return f"{minutes}分钟" if minutes < 90 else f"{-(-minutes // 60)}小时"  # noqa: PLR2004
