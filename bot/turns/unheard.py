"""Who writes where approved templates alone go out is read by people, for nobody else could ask or answer there.

The dialog never hears of it: it would ask what nobody gets to read, and take the next text for the answer. The message
is kept, staff are called once until they have seen to it, and the person is told so by the template "reply" where the
account has one. What speaks of danger calls them each time, before all else.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from bot.casework.settled import Settled
from channels.base import Capabilities
from channels.messages import Purpose
from dialogs.nlu.danger import danger_in
from dialogs.outcome import Outcome, Reply
from storage.records import ArrivedMessage, Call, Conversation, OutboxEntry
from storage.store import Store

TEMPLATES_ONLY = "templates_only"
"""``Call.reason``: nothing of what was written has been answered."""
REPLY_NOTICE = "reply"
"""The kind of notice whose template says that a person will see to it."""
_SEEN_TO = "您的短信已收到，工作人员会查看并与您联系。"


async def called(
    store: Store, conversation: Conversation, batch: Sequence[ArrivedMessage], now: datetime
) -> tuple[Outcome, Settled]:
    """What comes of ``batch``: the state as it was, perhaps a call, and a reply with each call."""
    danger = any(danger_in(arrived.message.text) for arrived in batch)
    waits = not danger and await store.calls.waits(conversation.id)
    call = Call(id=uuid.uuid4().hex, conversation_id=conversation.id, reason=TEMPLATES_ONLY, danger=danger, at=now)
    outcome = Outcome(
        state=conversation.state, replies=[] if waits else [Reply(text=_SEEN_TO)], intent=TEMPLATES_ONLY, at=now
    )
    return outcome, Settled(changes=() if waits else (store.calls.add(call),))


def by_template(
    conversation: Conversation, newest: ArrivedMessage, capabilities: Capabilities, now: datetime
) -> list[OutboxEntry]:
    """The reply; nothing where the account has no template for it."""
    if REPLY_NOTICE not in capabilities.notices:
        return []
    entry = OutboxEntry(
        id=uuid.uuid4().hex,
        conversation_id=conversation.id,
        address=conversation.address,
        purpose=Purpose.REPLY,
        text=_SEEN_TO,
        notice=REPLY_NOTICE,
        due_at=now,
        created_at=now,
        reply_to=newest.id,
    )
    return [entry]
