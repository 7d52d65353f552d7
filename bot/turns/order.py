"""What of the pending may be heard now, so that nobody's words overtake those that lie in a spool."""

from collections.abc import Awaitable, Callable, Sequence

from storage.records import ArrivedMessage


async def in_order(
    read: Callable[[], Awaitable[Sequence[ArrivedMessage]]], calm: Callable[[], Awaitable[bool]]
) -> tuple[Sequence[ArrivedMessage], bool]:
    """The pending messages of one person that may be heard, and whether more are pending.

    Spools are looked at after the messages were: whatever a person had said before the last of these is in the store
    then. What comes while spools are brought may have overtaken what went into one since, and is looked at anew.
    """
    pending = await read()
    if not pending or not await calm():
        return pending, False
    known = {each.id for each in pending}
    pending = await read()
    sure = max((place for place, one in enumerate(pending, start=1) if one.id in known), default=0)
    return pending[:sure], sure < len(pending)
