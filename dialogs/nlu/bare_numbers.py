"""A number that is a whole message: it may choose what was offered, and says nothing else."""

import re
import unicodedata

_AROUND = " \t\n.。、,，!！?？()（）[]【】~～"
_BARE = re.compile(r"[+-]?\d{1,10}(?:[.,]\d{1,3})?|[零〇一二两三四五六七八九十百千万亿]{1,8}")
_NO_CHOICE = re.compile(r"[+-]\d|\d[.,]\d")
_QUERY_CODE = re.compile(r"\d{6}")
_OF_HELP = frozenset({"110", "119", "120", "122", "12110", "12356"})


def bare_number(text: str) -> str:
    """The number that ``text`` is and nothing else, in half width; "" for all else, a query code among it."""
    bare = unicodedata.normalize("NFKC", text).strip(_AROUND)
    return bare if _BARE.fullmatch(bare) and not _QUERY_CODE.fullmatch(bare) else ""


def chooses_nothing(text: str) -> bool:
    """Whether a number is none that a list could have: -1, 1.5."""
    return bool(_NO_CHOICE.match(bare_number(text)))


def help_number(text: str) -> str:
    """The number of those who help in danger, written where it should be dialled; "" for all else."""
    bare = bare_number(text)
    return bare if bare in _OF_HELP else ""
