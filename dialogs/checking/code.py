"""What the actions mention of the dialog files: read from their sources, so that it never differs from them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_UNREAD = {"checking", "engine", "evaluating", "evaluation", "training"}
_SAYS = "say"
_NOT_WORDS = frozenset({"buttons"})
_MAKES = {"make": frozenset({"office", "hotline"})}
"""Helpers that say a response later, and the words that they put in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """``names``: every text constant; ``prefixes``: how composed ones begin; ``fields``: names of fields.

    ``words``: for each response that is said by its plain name, the words in braces that are put in there; a response
    that is missing there is said in another way.
    """

    names: frozenset[str]
    prefixes: tuple[str, ...]
    fields: frozenset[str]
    words: dict[str, frozenset[str]]

    def mentions(self, name: str) -> bool:
        """Whether a text of the program is this name, or may become it."""
        return name in self.names or name.startswith(self.prefixes)

    def keeps(self, slot: str) -> bool:
        """Whether a slot is mentioned, or is a field of what is kept under a prefix (``petition_title``)."""
        return self.mentions(slot) or slot.partition("_")[2] in self.fields


def read_mentions(package: Path = _PACKAGE) -> Mentions:
    """Read the sources of the dialog package."""
    names: set[str] = set()
    prefixes: set[str] = set()
    fields: set[str] = set()
    words: dict[str, set[str]] = {}
    unknown: set[str] = set()
    for path in sorted(package.rglob("*.py")):
        if _UNREAD & {part.name for part in path.relative_to(package).parents}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str(text)):
                    names.add(text)
                case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]) if start.startswith("utter_"):
                    prefixes.add(start)
                case ast.AnnAssign(target=ast.Name(id=field)):
                    fields.add(field)
                case ast.Call():
                    for response, put_in in _said(node):
                        words.setdefault(response, set()).update(put_in or ())
                        unknown.update({response} if put_in is None else ())
    return Mentions(
        names=frozenset(names),
        prefixes=tuple(sorted(prefixes)),
        fields=frozenset(fields),
        words={response: frozenset(put_in) for response, put_in in words.items() if response not in unknown},
    )


def _said(call: ast.Call) -> Iterator[tuple[str, frozenset[str] | None]]:
    """The responses that a call says, with the words it puts in (None: they cannot be seen there)."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    put_in: frozenset[str] | None
    if name == _SAYS:
        given = [keyword.arg for keyword in call.keywords]
        put_in = None if None in given else frozenset(g for g in given if g and g not in _NOT_WORDS)
    elif name in _MAKES:
        put_in = _MAKES[name]
    else:
        return
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for part in ast.walk(argument):
            if isinstance(part, ast.Constant) and str(part.value).startswith("utter_"):
                yield str(part.value), put_in
