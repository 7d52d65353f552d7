"""Effects as actions utter them (``{"effect": {"kind": …}}``), made into the typed values of ``outcome``."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dialogs.outcome import (
    AddToCase,
    BookReception,
    CallPerson,
    CancelBooking,
    Effect,
    FileCase,
    FollowTopic,
    RateCase,
    RecordConsent,
    UnfollowTopic,
    Unlink,
    WithdrawCase,
)

_KINDS: Mapping[str, type[Effect]] = {
    "file_case": FileCase,
    "add_to_case": AddToCase,
    "withdraw_case": WithdrawCase,
    "rate_case": RateCase,
    "call_person": CallPerson,
    "record_consent": RecordConsent,
    "unlink": Unlink,
    "book_reception": BookReception,
    "cancel_booking": CancelBooking,
    "follow_topic": FollowTopic,
    "unfollow_topic": UnfollowTopic,
}


class EffectRefused(Exception):
    """An action asked for something that is no effect; the message names kind and fields, never their values."""

    retryable = False
    sentence = "对话动作给出的结果不合规，本条消息没有处理"


class Effects:
    """Reads effects; the readers are made once."""

    def __init__(self) -> None:
        self._readers = {kind: TypeAdapter(made) for kind, made in _KINDS.items()}

    def read(self, raw: Mapping[str, Any]) -> Effect:
        """One effect.

        Raises:
            EffectRefused: unknown kind, or a field missing, unknown or of the wrong type.
        """
        kind = str(raw.get("kind"))
        reader = self._readers.get(kind)
        if reader is None:
            raise EffectRefused(f"unknown effect {kind}")
        fields = {name: value for name, value in raw.items() if name != "kind"}
        if unknown := fields.keys() - _KINDS[kind].__dataclass_fields__.keys():
            raise EffectRefused(f"{kind}: unknown {', '.join(sorted(unknown))}")
        try:
            return reader.validate_python(fields)
        except ValidationError as wrong:
            named = ", ".join(".".join(map(str, e["loc"])) + ": " + e["type"] for e in wrong.errors())
            raise EffectRefused(f"{kind}: {named}") from None
