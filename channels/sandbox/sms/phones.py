"""The phones: simple ones, that know texts alone."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Phone:
    """``off``: nothing reaches it, and the carrier reports that. ``received``: messages that the office paid for."""

    id: str
    name: str
    number: str
    off: bool = False
    received: int = 0

    def is_called(self, number: str) -> bool:
        """Whether ``number`` is its own, with or without the country's."""
        return number.removeprefix("+").removeprefix("00").removeprefix("86") == self.number


def made(count: int, name: str) -> Phone:
    """The phone number ``count``: its number follows from that alone, so that it is the same after a restart."""
    return Phone(id=f"sms{count}", name=name, number=f"13800138{count:03d}")
