"""What a failure says to the person at the terminal, and with which exit code."""

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.settings_sources import SettingsError
from channels.system_errors import why

FAILED = 1
SETTINGS_WRONG = 2
_ADDRESS = re.compile(r"\('([^']+)', (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Lines for stderr and the exit code."""

    lines: tuple[str, ...]
    code: int


def explain(error: BaseException) -> Told | None:
    """None for what nobody foresaw: then the traceback helps most."""
    causes = list(_single(error))
    lines = [line for cause in causes for line in _lines(cause)]
    if any(not _lines(cause) for cause in causes):
        return None
    wrong = any(isinstance(cause, SettingsError) or hasattr(cause, "key") for cause in causes)
    return Told(lines=tuple(dict.fromkeys(lines)), code=SETTINGS_WRONG if wrong else FAILED)


def _single(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _single(inner)
    else:
        yield error


def _lines(error: BaseException) -> list[str]:
    """Our errors carry a sentence for people; those about a setting name its ``key`` besides."""
    if isinstance(error, SettingsError):
        return [f"设置有误 {problem}" for problem in error.problems]
    sentence = getattr(error, "sentence", "")
    if not sentence and isinstance(error, OSError):
        return _of_system(error)
    if not sentence:
        return []
    key = getattr(error, "key", "")
    return [f"设置有误 {key}：{sentence}" if key else sentence]


def _of_system(error: OSError) -> list[str]:
    """A file that is named, or an address that is taken; of anything else the traceback tells more."""
    if error.filename:
        return [f"{error.filename}：{why(error)}"]
    if error.errno in {errno.EADDRINUSE, errno.EADDRNOTAVAIL}:
        at = _ADDRESS.search(str(error))
        return [f"{f'{at[1]}:{at[2]} ' if at else '网址'}用不了：端口被别的程序占用，或地址不是这台机器的"]
    return []
