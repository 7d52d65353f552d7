"""What goes wrong in the sandbox itself; what the platform answers with an errcode is ``errcodes.ApiError``.

SandboxError
├── SandboxAway       the sandbox, or the bot behind it, cannot be reached (yet)
├── SandboxRefused    what was asked for cannot be done
└── Unreadable        an answer of the bot cannot be decrypted or parsed
"""

from typing import ClassVar


class SandboxError(Exception):
    """``sentence`` is for the person at the page, in Chinese; ``status`` is what the control API answers."""

    code: ClassVar[str] = "sandbox_error"
    retryable: ClassVar[bool] = False
    status: ClassVar[int] = 500

    def __init__(self, sentence: str, *, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.reason = code or self.code


class SandboxAway(SandboxError):
    code = "away"
    retryable = True
    status = 503


class SandboxRefused(SandboxError):
    code = "refused"
    status = 400

    def __init__(self, sentence: str, *, code: str = "", http: int = 400) -> None:
        super().__init__(sentence, code=code)
        self.http = http


class Unreadable(SandboxError):
    code = "unreadable"
