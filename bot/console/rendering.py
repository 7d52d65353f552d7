"""Making pages from templates: Chinese times, masked phones, messages that are shown once."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.local_time import at, day, iso_day

_FOLDER = Path(__file__).parent
_TOLD = "petition_told"
_TOLD_SECONDS = 60
_LONGEST_TOLD = 300


class Pages:
    """The templates: one set for the whole console."""

    def __init__(self, *, office: str, secure: bool) -> None:
        self.office = office
        self.secure = secure
        self.tabs: tuple[Any, ...] = ()
        self._made = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._made.filters |= {"at": at, "day": day, "iso_day": iso_day}
        self._made.globals |= {"office": office, "version": version("petition-bot")}

    def text(self, template: str, **values: Any) -> str:
        return self._made.get_template(template).render(**{"viewer": None, "here": "", "told": "", **values})

    def response(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A page as an answer; what an earlier answer had to tell is shown by ``told`` and forgotten."""
        viewer = values.get("viewer")
        tabs = [tab for tab in self.tabs if viewer is not None and tab.shown_to(viewer)]
        text = self.text(template, **{"tabs": tabs, **values})
        return web.Response(text=text, content_type="text/html", status=status)

    def telling(self, response: web.Response, told: str) -> web.Response:
        """Have the next page say ``told``: a sentence without personal data, it passes through the browser."""
        if told:
            self.cookie(response, _TOLD, quote(told[:_LONGEST_TOLD]), seconds=_TOLD_SECONDS)
        return response

    def told(self, request: web.Request) -> str:
        return unquote(request.cookies.get(_TOLD, ""))[:_LONGEST_TOLD]

    def forget_told(self, response: web.StreamResponse) -> None:
        response.del_cookie(_TOLD, path="/console")

    def cookie(self, response: web.StreamResponse, name: str, value: str, *, seconds: int) -> None:
        """Set a cookie that no script reads and no other site sends along."""
        response.set_cookie(
            name, value, max_age=seconds, path="/console", httponly=True, samesite="Strict", secure=self.secure
        )


def redirection(path: str) -> web.Response:
    """Send the browser to ``path`` by GET, whatever it did here."""
    return web.Response(status=303, headers={"Location": path})


def clean(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of ``values`` says something, for links that keep a filter."""
    return {name: value for name, value in values.items() if value not in (None, "", False)}
