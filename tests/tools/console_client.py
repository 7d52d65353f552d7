"""A browser without script, for the console: keeps cookies, follows forms, reads pages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot.access.members import By, Members
from bot.access.passwords import Passwords
from bot.access.signing_in import SigningIn
from bot.console.app import ConsoleParts, make_console
from bot.console.routes import Feature
from storage.staff import Member, Role
from storage.store import Store
from storage.units import Unit

UNITS = (
    Unit(id="city", name="某市信访局", level="市"),
    Unit(id="cg", name="市城管局", parent="city", level="部门", categories=("市容环境",)),
    Unit(id="kw", name="奎文区信访局", parent="city", level="县区", districts=("奎文区",)),
    Unit(id="kw-dg", name="东关街道", parent="kw", level="镇街"),
    Unit(id="wc", name="潍城区信访局", parent="city", level="县区", districts=("潍城区",)),
)
PASSWORD = "long enough 8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer, read."""

    status: int
    text: str
    path: str
    headers: Mapping[str, str]

    def says(self, words: str) -> bool:
        return words in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.text))


class Browser:
    """Somebody at the console. Paths are below ``/console``."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    async def get(self, path: str) -> Page:
        async with self._client.get(f"/console{path}") as answer:
            return Page(
                status=answer.status,
                text=await answer.text(errors="replace"),
                path=answer.url.path_qs,
                headers=answer.headers,
            )

    async def upload(self, path: str, name: str, content: bytes, **fields: str) -> Page:
        """Send a file, as the form of a page of ours would."""
        form = FormData(fields)
        form.add_field("file", content, filename=name)
        origin = str(self._client.make_url("/")).rstrip("/")
        async with self._client.post(f"/console{path}", data=form, headers={"Origin": origin}) as answer:
            return Page(status=answer.status, text=await answer.text(), path=answer.url.path_qs, headers=answer.headers)

    async def post(
        self,
        path: str,
        form: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Send a form, as a page of ours would; ``headers`` in place of those that say where it came from."""
        sent = {"Origin": str(self._client.make_url("/")).rstrip("/")} if headers is None else headers
        async with self._client.post(f"/console{path}", data=form, headers=sent) as answer:
            return Page(status=answer.status, text=await answer.text(), path=answer.url.path_qs, headers=answer.headers)

    async def sign_in(self, login: str, password: str = PASSWORD, **more: str) -> Page:
        return await self.post("/sign-in", {"login": login, "password": password, **more})

    def cookie(self, name: str) -> str:
        return next((each.value for each in self._client.session.cookie_jar if each.key == name), "")

    async def close(self) -> None:
        await self._client.close()


class Console:
    """A console over a store, with as many browsers as wanted."""

    def __init__(self, store: Store, clock: "Clock", passwords: Passwords, features: Sequence[Feature] = ()) -> None:
        self.store = store
        self.clock = clock
        self.passwords = passwords
        self.signing_in = SigningIn(store=store, passwords=passwords, clock=clock)
        self.members = Members(store=store, passwords=passwords, clock=clock)
        parts = ConsoleParts(
            store=store,
            signing_in=self.signing_in,
            clock=clock,
            office="某市信访局",
            public_url="",
            features=features,
        )
        self.app = make_console(parts)
        outer = web.Application()
        outer.add_subapp("/console", self.app)
        self._server = TestServer(outer)
        self._browsers: list[Browser] = []

    async def start(self) -> None:
        await self._server.start_server()

    @property
    def url(self) -> str:
        """Where a real browser finds it, without a slash at the end."""
        return str(self._server.make_url("/")).rstrip("/")

    async def browser(self) -> Browser:
        browser = Browser(TestClient(self._server))
        self._browsers.append(browser)
        return browser

    async def member(self, login: str, *roles: Role, unit: str = "city", name: str = "王芳") -> Member:
        """Somebody who has chosen PASSWORD."""
        from dataclasses import replace

        added = await self.members.add(login=login, name=name, unit=unit, roles=roles, by=By())
        kept = await self.passwords.make(PASSWORD)
        return await self.store.staff.change(replace(added.member, password=kept, must_change=False))

    async def signed_in(self, login: str, *roles: Role, unit: str = "city", name: str = "王芳") -> Browser:
        await self.member(login, *roles, unit=unit, name=name)
        browser = await self.browser()
        page = await browser.sign_in(login)
        assert "/sign-in" not in page.path, page.text
        return browser

    async def stop(self) -> None:
        for browser in self._browsers:
            await browser.close()
        await self._server.close()


class Clock:
    """A clock that a test turns."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now
