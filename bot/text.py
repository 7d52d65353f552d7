"""Cutting long texts where a reader would pause."""

from collections.abc import Iterator

_PAUSES = ("\n\n", "\n", "。", "！", "？", "；", "，", " ")


def measure(text: str, unit: str) -> int:
    """The length of ``text`` in ``unit``: UTF-8 "bytes" or "characters"."""
    return len(text.encode()) if unit == "bytes" else len(text)


def split(text: str, *, limit: int, unit: str) -> list[str]:
    """``text`` in parts of at most ``limit`` ``unit``s, cut at the best pause; nothing but edge white space is lost."""
    return list(_parts(text.strip(), limit, unit))


def _parts(text: str, limit: int, unit: str) -> Iterator[str]:
    while measure(text, unit) > limit:
        fitting = _fitting(text, limit, unit)
        cut = _pause(fitting)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


def _fitting(text: str, limit: int, unit: str) -> str:
    if unit == "bytes":
        return text.encode()[:limit].decode(errors="ignore") or text[:1]
    return text[: max(limit, 1)]


def _pause(fitting: str) -> int:
    for mark in _PAUSES:
        found = fitting.rfind(mark)
        if found > len(fitting) // 2:
            return found + len(mark)
    return len(fitting)
