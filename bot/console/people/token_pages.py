"""Tokens of other systems: listed, given, taken back."""

from collections.abc import Mapping

from aiohttp import web

from bot.access.api_tokens import LONGEST_NAME, ROLES, TokenOffice, WrongToken
from bot.console.cases.shown import system
from bot.console.form_keys import key_of, made_id, new_key
from bot.console.routes import Call
from storage.staff import Role
from storage.store import Store


class TokenPages:
    """What an administrator does with them. A secret stands on one page, once."""

    def __init__(self, *, store: Store, office: TokenOffice) -> None:
        self._store = store
        self._office = office

    async def list(self, call: Call) -> web.StreamResponse:
        return await self._list(call)

    async def give(self, call: Call) -> web.StreamResponse:
        form = await call.form()
        name, role, unit = form.get("name", ""), form.get("role", ""), form.get("unit", "")
        if role not in set(Role):
            return await self._list(call, problem="请选角色", form=form)
        try:
            by = call.viewer.by
            seed = made_id(form, by=by.id) if key_of(form) else None
            secret = await self._office.give(name, role=Role(role), unit=unit, by=by, seed=seed)
        except WrongToken as error:
            return await self._list(call, problem=error.sentence, form=form)
        return call.page("people/token.html", name=name, secret=secret)

    async def take_back(self, call: Call) -> web.StreamResponse:
        name = (await call.form()).get("name", "")
        try:
            await self._office.take_back(name, by=call.viewer.by)
        except WrongToken as error:
            return await self._list(call, problem=error.sentence)
        return call.back("/tokens", f"“{name}”的令牌已收回，马上失效")

    async def _list(
        self, call: Call, *, problem: str = "", form: Mapping[str, str] | None = None
    ) -> web.StreamResponse:
        tokens = await self._store.tokens.all()
        return call.page(
            "people/tokens.html",
            status=422 if problem else 200,
            problem=problem,
            form=form or {},
            once=new_key(),
            tokens=sorted(tokens, key=lambda token: (token.revoked_at is not None, token.name)),
            tree=call.viewer.tree,
            roles=ROLES,
            longest=LONGEST_NAME,
            in_settings=sorted(map(system, self._office.taken)),
        )
