"""Signing in, and what members change about themselves: password, one-time codes, other sessions."""

import base64
import re
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.access.errors import AccessError, CodeNeeded
from bot.access.one_time_codes import is_secret, picture
from bot.access.signing_in import LONGEST_SESSION, SigningIn
from bot.console.rendering import Pages, redirection
from bot.console.routes import BASE, Call, Feature, Route, Viewer
from bot.console.sent_again import typed_in, words_of
from bot.forms import read_form
from storage.store import Store

COOKIE = "petition_console"
_LONGEST_FIELD = 200
_OWN = (f"{BASE}/me", f"{BASE}/sign-out")
_PAGE = re.compile(r"/console/[A-Za-z0-9/?=&%._~-]*")


class Door:
    """The way in."""

    open_to_newcomers = frozenset({"/me/password", "/sign-out"})
    """What somebody may open before they chose a password of their own."""

    def __init__(self, *, signing_in: SigningIn, store: Store, pages: Pages) -> None:
        self._signing_in = signing_in
        self._store = store
        self._pages = pages

    def feature(self) -> Feature:
        return Feature(
            routes=(
                Route(method="GET", path="/", handler=self._front, needs=None),
                Route(method="POST", path="/sign-out", handler=self._leave, needs=None),
                Route(method="GET", path="/me", handler=self._me, needs=None),
                Route(method="GET", path="/me/password", handler=self._password, needs=None),
                Route(method="POST", path="/me/password", handler=self._change_password, needs=None),
                Route(method="GET", path="/me/codes", handler=self._codes, needs=None),
                Route(method="POST", path="/me/codes", handler=self._confirm_codes, needs=None),
                Route(method="POST", path="/me/codes/stop", handler=self._stop_codes, needs=None),
                Route(method="POST", path="/me/sessions/close", handler=self._close_others, needs=None),
            )
        )

    async def viewer(self, request: web.Request) -> Viewer | None:
        """Who calls; None where nobody is signed in, or the member's unit is gone."""
        token = request.cookies.get(COOKIE, "")
        member = await self._signing_in.session(token) if token else None
        if member is None:
            return None
        tree = await self._store.units.tree()
        unit = tree.get(member.unit)
        return None if unit is None else Viewer(member=member, unit=unit, tree=tree, token=token)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """Have somebody sign in first; what they wanted to see comes afterwards, and what they wrote is not lost."""
        if request.method == "POST" and not request.path.startswith(_OWN):
            form = await read_form(request)
            sent = words_of(form)
            if typed := typed_in(sent):
                files = any(isinstance(each, web.FileField) and each.filename for each in form.values())
                known = {"path": request.path, "fields": list(sent.items()), "typed": typed, "files": files}
                return self._pages.response("signed_out.html", status=401, **known)
        wanted = request.path_qs if request.method == "GET" else f"{BASE}/"
        return redirection(f"{BASE}/sign-in?next={quote(wanted, safe='')}")

    async def form(self, request: web.Request) -> web.Response:
        if await self.viewer(request) is not None:
            return redirection(f"{BASE}/")
        return self._asked(next_=request.query.get("next", ""))

    async def enter(self, request: web.Request) -> web.StreamResponse:
        sent = await read_form(request)
        login, password, code, next_ = (
            str(sent.get(name, ""))[:_LONGEST_FIELD] for name in ("login", "password", "code", "next")
        )
        try:
            entered = await self._signing_in.sign_in(login, password, code)
        except CodeNeeded as error:
            return self._asked(login=login, next_=next_, needs_code=True, problem=error.sentence, status=200)
        except AccessError as error:
            return self._asked(login=login, next_=next_, problem=error.sentence, needs_code=bool(code), status=403)
        response = redirection(_inside(next_))
        self._pages.cookie(response, COOKIE, entered.token, seconds=int(LONGEST_SESSION.total_seconds()))
        return response

    def _asked(self, *, status: int = 200, **values: Any) -> web.Response:
        known = {"login": "", "next_": "", "problem": "", "needs_code": False}
        return self._pages.response("sign_in.html", status=status, **(known | values))

    async def _front(self, call: Call) -> web.StreamResponse:
        """The first page that the viewer has."""
        first = next((tab.path for tab in self._pages.tabs if tab.shown_to(call.viewer)), "/me")
        return redirection(f"{BASE}{first}")

    async def _leave(self, call: Call) -> web.StreamResponse:
        await self._signing_in.sign_out(call.viewer.token, call.viewer.member)
        response = redirection(f"{BASE}/sign-in")
        response.del_cookie(COOKIE, path="/console")
        return response

    async def _me(self, call: Call) -> web.StreamResponse:
        return call.page("me.html")

    async def _password(self, call: Call) -> web.StreamResponse:
        return call.page("me_password.html", problem="")

    async def _change_password(self, call: Call) -> web.StreamResponse:
        form = await call.form()
        new, again = form.get("new", ""), form.get("again", "")
        if new != again:
            return call.page("me_password.html", problem="两次输入的新密码不一样", status=422)
        try:
            await self._signing_in.change_password(
                call.viewer.member, old=form.get("old", ""), new=new, token=call.viewer.token
            )
        except AccessError as error:
            return call.page("me_password.html", problem=error.sentence, status=422)
        return call.back("/me" if not call.viewer.member.must_change else "/", "密码已修改，别处的登录已经退出")

    async def _codes(self, call: Call) -> web.StreamResponse:
        return self._codes_page(call, await self._signing_in.begin_codes(), problem="", status=200)

    async def _confirm_codes(self, call: Call) -> web.StreamResponse:
        form = await call.form()
        secret = form.get("secret", "")
        try:
            await self._signing_in.confirm_codes(call.viewer.member, secret, form.get("code", ""))
        except AccessError as error:
            secret = secret if is_secret(secret) else await self._signing_in.begin_codes()
            return self._codes_page(call, secret, problem=error.sentence, status=422)
        return call.back("/me", "动态码已启用，下次登录要输入")

    async def _stop_codes(self, call: Call) -> web.StreamResponse:
        await self._signing_in.stop_codes(call.viewer.member, (await call.form()).get("password", ""))
        return call.back("/me", "动态码已停用")

    async def _close_others(self, call: Call) -> web.StreamResponse:
        closed = await self._store.sessions.close_all(call.viewer.member.id, but=call.viewer.token)
        return call.back("/me", f"已退出别处的 {closed} 个登录" if closed else "别处没有登录")

    def _codes_page(self, call: Call, secret: str, *, problem: str, status: int) -> web.StreamResponse:
        drawn = picture(secret, login=call.viewer.member.login, office=self._pages.office)
        shown = f"data:image/svg+xml;base64,{base64.b64encode(drawn).decode()}"
        return call.page("me_codes.html", status=status, secret=secret, picture=shown, problem=problem)


def _inside(path: str) -> str:
    """``path`` where it is a page of the console, else its front: nobody is sent to another site."""
    inside = _PAGE.fullmatch(path) and ".." not in path and not path.startswith(f"{BASE}/sign-in")
    return path if inside else f"{BASE}/"
