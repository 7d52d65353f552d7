"""What the bot may say of itself in a conversation, and the office may not say in a letter: left out."""

import re

_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]?")
_THE_BOT = re.compile(
    # I, but not we; here, in this conversation; what to type, and where to say it
    r"我(?![们国市省区县局])|这里|这儿|(?:回复|发送?|说一声)“|(?:直接|马上|都)?告诉我(?!们)|请(?:说明|告诉)(?:是哪|我)"
)
_SHORTEST = 8
"""Characters; 可以。 or 不用自己找。 alone answers nothing."""
_HANGING = re.compile(r"^(?:不过|另外|但是?|也)，?")


def in_a_letter(text: str) -> str:
    """``text`` without the sentences that only the bot can say; "" where nothing is left but an empty word."""
    kept = "".join(each for each in _SENTENCE.findall(text) if not _THE_BOT.search(each)).strip()
    kept = _HANGING.sub("", kept)
    return "" if len(kept) < _SHORTEST else kept
