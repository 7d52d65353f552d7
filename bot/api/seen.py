"""Who looked at persons over the API stands in the audit log, as at the console; and what only the discipline role may
know of is left out.
"""

from collections.abc import Iterable

from bot.api.tokens import Caller, Scope
from channels.base import Clock
from storage.audit import AuditLine
from storage.store import Store


class Seen:
    """Writes a line before an answer with names and phones leaves: where it cannot be written, nobody looks."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def case(self, caller: Caller, number: str, what: str) -> None:
        await self._told(caller, "case.revealed", number, what)

    async def conversation(self, caller: Caller, conversation_id: str, what: str) -> None:
        await self._told(caller, "conversation.revealed", conversation_id, what)

    async def attachment(self, caller: Caller, number: str, attachment_id: str) -> None:
        await self._told(caller, "attachment.read", number, "附件", attachment=attachment_id)

    async def _told(self, caller: Caller, action: str, target: str, what: str, **details: str) -> None:
        line = AuditLine(
            at=self._clock(),
            actor=f"api:{caller.name}",
            name=caller.name,
            action=action,
            target=target,
            details={"how": f"接口：{what}", **details},
        )
        await self._store.audit.add(line)


async def hidden_from(store: Store, caller: Caller, conversation_ids: Iterable[str]) -> frozenset[str]:
    """Those of the conversations of which ``caller`` may not know: somebody was accused there (信访工作条例 §30)."""
    ids = sorted(set(conversation_ids))
    if not ids or caller.may(Scope.ACCUSATIONS):
        return frozenset()
    return await store.cases.accused_in(ids)
