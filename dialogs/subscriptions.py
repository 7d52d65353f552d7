"""What the dialog asks of the topics of notices that people may follow. Reads only; ``bot`` fulfils it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What one person follows here. ``stopped``: they told us to send them no notices to many at all."""

    topics: Sequence[str] = ()
    stopped: bool = False


class Subscriptions(Protocol):
    """The topics, and who follows them."""

    @property
    def offered(self) -> Sequence[str]:
        """The topics that can be followed, in the office's order; none: the office sends no notices by topic."""
        ...

    async def of(self, conversation_id: str) -> Followed:
        """What this person follows, also what is not offered any more."""
        ...


class NoSubscriptions:
    """Where there are none: in evaluations, and for tests of other things."""

    @property
    def offered(self) -> Sequence[str]:
        return ()

    async def of(self, conversation_id: str) -> Followed:  # noqa: ARG002
        return Followed()
