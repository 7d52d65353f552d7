"""Cutting long texts where a reader would pause."""

from collections.abc import Iterator

from channels.signs import whole_signs

TITLE_LIMIT = 20
"""Characters of a title in a template (a platform's limit of its short fields)."""
_PAUSES = ("\n\n", "\n", "。", "！", "？", "；", "，", " ")
_UTF16_UNIT = 2


def measure(text: str, unit: str) -> int:
    """The length of ``text`` in ``unit``: UTF-8 "bytes", "utf16" units (as SMS counts), or "characters"."""
    match unit:
        case "bytes":
            return len(text.encode())
        case "utf16":
            return len(text.encode("utf-16-be", "surrogatepass")) // _UTF16_UNIT
        case _:
            return len(text)


def split(text: str, *, limit: int, unit: str) -> list[str]:
    """``text`` in parts of at most ``limit`` ``unit``s, cut at the best pause; only white space at a cut is lost.

    What shows as one sign (an emoji of several code points, a letter with its marks) is not cut, unless it alone is
    longer than the limit.
    """
    return list(_parts(text.strip(), limit, unit))


def _parts(text: str, limit: int, unit: str) -> Iterator[str]:
    while measure(text, unit) > limit:
        cut = _pause(text, _fitting(text, limit, unit))
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


def _fitting(text: str, limit: int, unit: str) -> int:
    """How many code points of ``text`` fit; one at least."""
    match unit:
        case "bytes":
            return max(1, len(text.encode()[:limit].decode(errors="ignore")))
        case "utf16":
            encoded = text.encode("utf-16-be", "surrogatepass")[: limit * _UTF16_UNIT]
            return max(1, len(encoded.decode("utf-16-be", errors="ignore")))
        case _:
            return max(1, limit)


def _pause(text: str, fitting: int) -> int:
    for mark in _PAUSES:
        found = text.rfind(mark, 0, fitting)
        if found > fitting // 2:
            return whole_signs(text, found + len(mark))
    return whole_signs(text, fitting)


def clip(title: str, limit: int = TITLE_LIMIT) -> str:
    """At most ``limit`` characters of one line; a shortened one ends in "…"."""
    line = " ".join(title.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
