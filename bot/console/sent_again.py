"""What was typed comes back with the page that refuses it: nobody writes a page-long answer twice.

Whichever page refuses a form (422), the form stands in it as it was sent, unfolded, with the first field to be put
right focused. Where the form is not on the page (a case that moved on meanwhile, an error), what was typed stands below
the message, to be copied. Passwords, one-time codes and files are never sent back.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import unquote

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from bot.forms import Form

Sent = MultiDictProxy[str]
Attributes = Mapping[str, str | None]

_TYPED = frozenset({"text", "search", "tel", "number", "date", "time", "datetime-local", "month", "email", "url"})
_TICKED = frozenset({"checkbox", "radio"})
_SECRET = frozenset({"password", "old", "new", "again", "code", "secret"})
_VOID = frozenset({"input", "br", "img", "link", "meta", "hr"})
_CODE = re.compile(r"[\w.:/=&%+-]*", re.ASCII)
"""Ids, days and choices: nobody typed them."""


def words_of(form: Form) -> Sent:
    """The fields that are no files and no secrets, as they were sent."""
    kept = [(name, value) for name, value in form.items() if isinstance(value, str) and name not in _SECRET]
    return MultiDictProxy(MultiDict((name, value.replace("\r\n", "\n")) for name, value in kept))


def typed_in(sent: Sent) -> list[str]:
    """What somebody wrote, without what was chosen or is the form's own."""
    return [value for value in sent.values() if value.strip() and not _CODE.fullmatch(value.strip())]


def with_what_was_sent(page: str, path: str, sent: Sent) -> str:
    """``page`` with the form for ``path`` as it was ``sent``; without such a form, with what was typed to be copied."""
    seen = _Seen(page)
    forms = [each for each in seen.forms if each.goes_to(path)]
    chosen = max(forms, key=lambda each: each.likeness(sent), default=None)
    if chosen is None or chosen.likeness(sent) < 0:
        return _beside(page, seen.after_alert, typed_in(sent))
    changes = [change for tag in seen.within(chosen) for change in _filled(tag, page, sent, chosen)]
    unfolded = [(tag.start, tag.end, _tag(tag, open="")) for tag in seen.around(chosen)]
    elsewhere = [
        (tag.start, tag.end, _tag(tag, autofocus=None))
        for tag in seen.tags
        if "autofocus" in tag.attributes and tag.form is not chosen
    ]
    # Unfolded far below the message: what is wrong is said once more where one is led to.
    said = [(chosen.end, chosen.end, f'<div class="problem">{seen.alert}</div>')] if chosen.folds and seen.alert else []
    for start, end, text in sorted([*changes, *unfolded, *elsewhere, *said], reverse=True):
        page = page[:start] + text + page[end:]
    return page


def sent_again(response: web.StreamResponse, path: str, form: Form) -> None:
    """Have a page that refuses what was sent give it back."""
    if isinstance(response, web.Response) and response.content_type == "text/html" and response.text:
        response.text = with_what_was_sent(response.text, path, words_of(form))


@dataclass(slots=True, eq=False)
class _Tag:
    """A start tag; ``start`` and ``end`` are where it stands in the page."""

    name: str
    attributes: Attributes
    start: int
    end: int
    form: "_FormOfPage | None"
    select: str = ""
    nth: int = 0
    close: int = 0

    @property
    def field(self) -> str:
        return self.attributes.get("name") or ""

    @property
    def type(self) -> str:
        return self.attributes.get("type") or "text"


@dataclass(slots=True, eq=False)
class _FormOfPage:
    """A form, and the folded parts that it stands in."""

    action: str
    method: str
    end: int
    folds: Sequence[_Tag]
    tags: list[_Tag] = field(default_factory=list)
    _focus: _Tag | None = None

    def goes_to(self, path: str) -> bool:
        return self.method == "post" and unquote(self.action.partition("?")[0].partition("#")[0]) in {"", path}

    def likeness(self, sent: Sent) -> int:
        """How many of its hidden fields are as they were sent; below 0: it is another one of the same kind."""
        hidden = [tag for tag in self.tags if tag.type == "hidden" and tag.field in sent and not _once(tag.field)]
        unlike = [tag for tag in hidden if (tag.attributes.get("value") or "") not in sent.getall(tag.field)]
        return -1 if unlike else len(hidden)

    def focused(self, sent: Sent) -> _Tag | None:
        """The field to be put right: said to be wrong, else too long, else left empty, else the page's own choice."""
        if self._focus is None:
            written = [
                tag for tag in self.tags if tag.name == "textarea" or (tag.name == "input" and tag.type in _TYPED)
            ]
            for wrong in (_said_wrong, _too_long, _empty, _chosen_by_page, lambda _tag, _sent: True):
                self._focus = next((tag for tag in written if wrong(tag, sent)), None)
                if self._focus is not None:
                    break
        return self._focus


class _Seen(HTMLParser):
    """The forms of a page, and where their fields stand."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.forms: list[_FormOfPage] = []
        self.tags: list[_Tag] = []
        self.after_alert = -1
        self.alert = ""
        self._starts = [0]
        for line in page.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._page = page
        self._folds: list[_Tag] = []
        self._form: _FormOfPage | None = None
        self._select = ""
        self._alert = self._alert_from = 0
        self.feed(page)

    def within(self, form: _FormOfPage) -> Sequence[_Tag]:
        return form.tags

    def around(self, form: _FormOfPage) -> Sequence[_Tag]:
        return [*form.folds, *(tag for tag in form.tags if tag.name == "details")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._alert and tag not in _VOID:
            self._alert += 1
        here = self._here()
        text = self.get_starttag_text() or ""
        seen = _Tag(name=tag, attributes=dict(attrs), start=here, end=here + len(text), form=self._form)
        seen.select = self._select
        self.tags.append(seen)
        if self._form is not None:
            seen.nth = sum(each.field == seen.field and each.name == tag for each in self._form.tags)
            self._form.tags.append(seen)
        self._opened(seen)

    def _opened(self, tag: _Tag) -> None:
        if tag.name == "form":
            action, method = (tag.attributes.get(name) or "" for name in ("action", "method"))
            self._form = _FormOfPage(action=action, method=method.lower(), end=tag.end, folds=tuple(self._folds))
            self.forms.append(self._form)
        elif tag.name == "details":
            self._folds.append(tag)
        elif tag.name == "select":
            self._select = tag.field
        elif tag.name == "textarea":
            tag.close = self._page.find("</textarea>", tag.end)
        if tag.attributes.get("role") == "alert" and self.after_alert < 0:
            self._alert, self.after_alert, self._alert_from = 1, 0, tag.end

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "details" and self._folds:
            self._folds.pop()
        elif tag == "select":
            self._select = ""
        if self._alert:
            self._alert -= 1
            if not self._alert:
                self.alert = self._page[self._alert_from : self._here()]
                self.after_alert = self._here() + len(f"</{tag}>")

    def _here(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column


def _filled(tag: _Tag, page: str, sent: Sent, form: _FormOfPage) -> list[tuple[int, int, str]]:
    values = sent.getall(tag.select or tag.field, [])
    focus: dict[str, str | None] = {"autofocus": "" if tag is form.focused(sent) else None}
    match tag.name:
        case "textarea":
            value = values[tag.nth] if tag.nth < len(values) else unescape(page[tag.end : tag.close])
            return [(tag.start, tag.close, f"{_tag(tag, **focus)}\n{escape(value)}")]
        case "option" if values:
            label = unescape(page[tag.end : page.find("<", tag.end)]).strip()
            own = tag.attributes.get("value", label) or ""
            return [(tag.start, tag.end, _tag(tag, selected="" if own in values else None))]
        case "input" if tag.type in _TICKED:
            ticked = (tag.attributes.get("value") or "on") in values
            return [(tag.start, tag.end, _tag(tag, checked="" if ticked else None))]
        case "input" if tag.type in _TYPED and tag.field not in _SECRET:
            given = values[tag.nth] if tag.nth < len(values) else tag.attributes.get("value") or ""
            return [(tag.start, tag.end, _tag(tag, value=given, **focus))]
    return []


def _tag(tag: _Tag, **changes: str | None) -> str:
    """The tag with other attributes; those that are None are gone."""
    kept = {**tag.attributes, **changes}
    gone = {name for name, value in changes.items() if value is None}
    said = [f' {name}="{escape(value)}"' if value else f" {name}" for name, value in kept.items() if name not in gone]
    return f"<{tag.name}{''.join(said)}>"


def _said_wrong(tag: _Tag, _sent: Sent) -> bool:
    return tag.attributes.get("aria-invalid") == "true"


def _chosen_by_page(tag: _Tag, _sent: Sent) -> bool:
    return "autofocus" in tag.attributes


def _too_long(tag: _Tag, sent: Sent) -> bool:
    most = tag.attributes.get("maxlength") or ""
    return most.isdecimal() and any(len(value) > int(most) for value in sent.getall(tag.field, []))


def _empty(tag: _Tag, sent: Sent) -> bool:
    return "required" in tag.attributes and not any(value.strip() for value in sent.getall(tag.field, []))


def _once(name: str) -> bool:
    return name in {"once", "key", "back"}


def _beside(page: str, at: int, typed: Sequence[str]) -> str:
    if not typed:
        return page
    at = at if at > 0 else page.find("</main>")
    fields = "".join(
        f'<p><textarea readonly rows="6" aria-label="刚才写的">\n{escape(each)}</textarea></p>' for each in typed
    )
    hint = '<p class="hint">可以复制下来，再到该填的地方粘贴。</p>'
    block = f'<section class="card unsent"><h2>您刚才写的（没有保存）</h2>{hint}{fields}</section>'
    return page[:at] + block + page[at:] if at > 0 else page
