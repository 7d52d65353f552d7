"""Keys of forms: what is sent twice by mistake is told from what is meant twice.

A page that makes something anew carries a key, and what is made has its id of that key, of who sent it and of what was
written: a double click, a reload or a slow line lead to the same id, which the store keeps single. Whoever goes back
and writes something else makes another.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from hashlib import blake2b

FIELD = "once"
_KEY = re.compile(r"[0-9a-f]{32}")
_BYTES = 16


def new_key() -> str:
    """A key for the forms of one page."""
    return uuid.uuid4().hex


def key_of(form: Mapping[str, str]) -> str:
    """The key that was sent with a form; "" where it is none that a page gave."""
    key = form.get(FIELD, "")
    return key if _KEY.fullmatch(key) else ""


def made_id(form: Mapping[str, str], *beside: Sequence[str], by: str) -> str:
    """The id of what the form makes; ``beside``: what else was sent, in several fields or a file."""
    words = sorted((name, value) for name, value in form.items() if name != FIELD)
    told = repr((key_of(form) or new_key(), by, words, [list(each) for each in beside]))
    return blake2b(told.encode(errors="surrogatepass"), digest_size=_BYTES).hexdigest()
