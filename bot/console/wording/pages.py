"""The list of what the bot says, one of it with its versions, and what is done with it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.access.permissions import Permission
from bot.console.routes import Call
from bot.console.wording.naming import BLANKS, GROUPS, OTHERS, blanks_in, group_of, readable, subject
from bot.console.wording.parts import WordingParts
from bot.editing.desk import EditError, EditRefused
from storage.edits import Edit, EditAct, EditKind, EditState

_LONGEST, _LONGEST_NOTE = 1_000, 200
_CHANNELS: Mapping[str, str] = {"": "通用", "sms": "短信", "wechat": "微信", "weibo": "微博"}
_WAITING = "待审核"
_WAITS = "已保存，等另一位同事审核；审核以前机器人仍用原来的"
_OF_LAW = frozenset({"utter_first_contact", "utter_summary", "utter_welcome"})
"""They tell what becomes of personal data: the people of the law look at them first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One way of saying it, in a form: ``where`` it is said, the ``buttons`` that go with it."""

    name: str
    where: str
    text: str
    buttons: str = ""


class WordingPages:
    """Everybody who edits or passes sees all of it."""

    def __init__(self, parts: WordingParts) -> None:
        self._store = parts.store
        self._desk = parts.desk

    async def list(self, call: Call) -> web.StreamResponse:
        sought = call.query.get("q", "").strip()[:60]
        live = {edit.key for edit in await self._store.edits.live(EditKind.WORDING) if edit.act is EditAct.SET}
        waiting = {edit.key for edit in await self._store.edits.proposed(EditKind.WORDING)}
        lines = [
            (key, readable(_first(variants)), key in live, key in waiting)
            for key, variants in (await self._desk.wording()).items()
            if _first(variants)
            and (not sought or sought in key or any(sought in readable(text) for text in _texts(variants)))
        ]
        # Nearly three hundred: folded by what they are about, but for what was looked for and what waits for somebody.
        parts = [(_WAITING, True, [line for line in lines if line[3]])]
        parts += [
            (group, bool(sought), [line for line in lines if not line[3] and group_of(line[0]) == group])
            for group in (*GROUPS, OTHERS)
        ]
        return call.page("wording/list.html", parts=[part for part in parts if part[2]], sought=sought)

    async def one(self, call: Call) -> web.StreamResponse:
        return await self._again(call)

    async def propose(self, call: Call) -> web.StreamResponse:
        """Other words for what is said under a name; when and with which buttons it is said stays."""
        key, form = call.path["key"], await call.form()
        said = await self._said(key)
        variants = reworded(said, form)
        if variants == [dict(each) for each in said]:
            return await self._again(call, problems=["和现在说的一样，没有改动"], note=_note(form, "note"))
        if not variants:
            return await self._again(call, problems=["至少要有一种说法"], note=_note(form, "note"))
        try:
            content = {"variants": variants}
            await self._desk.propose(
                EditKind.WORDING, key, EditAct.SET, content, by=call.viewer.by, note=_note(form, "note")
            )
        except EditRefused as refused:
            return await self._again(call, problems=refused.problems, variants=variants, note=_note(form, "note"))
        return call.back(f"/wording/{key}", _WAITS)

    async def restore(self, call: Call) -> web.StreamResponse:
        key, note = call.path["key"], _note(await call.form(), "note")
        await self._said(key)
        try:
            await self._desk.propose(EditKind.WORDING, key, EditAct.RESTORE, {}, by=call.viewer.by, note=note)
        except EditRefused as refused:
            return await self._again(call, problems=refused.problems)
        return call.back(f"/wording/{key}", _WAITS)

    async def let_pass(self, call: Call) -> web.StreamResponse:
        return await self._step(call, lambda edit: self._desk.pass_on(edit, by=call.viewer.by), "已通过，两秒内启用")

    async def refuse(self, call: Call) -> web.StreamResponse:
        """By who may let pass; an editor may take back what they wrote themselves."""
        edit = await self._edit(call)
        if not call.viewer.may(Permission.APPROVE_ANSWERS) and edit.author != call.viewer.member.id:
            raise web.HTTPForbidden
        verdict = _note(await call.form(), "verdict")
        return await self._step(
            call, lambda edit: self._desk.refuse(edit, by=call.viewer.by, verdict=verdict), "已退回，没有启用"
        )

    async def revert(self, call: Call) -> web.StreamResponse:
        return await self._step(
            call, lambda edit: self._desk.revert(edit, by=call.viewer.by), "已退回到这一版，两秒内启用"
        )

    async def _step(self, call: Call, step: Callable[[Edit], Awaitable[Edit]], told: str) -> web.StreamResponse:
        edit = await self._edit(call)
        try:
            await step(edit)
        except EditError as error:
            return await self._again(call, problems=[error.sentence])
        return call.back(f"/wording/{edit.key}", told)

    async def _again(
        self,
        call: Call,
        *,
        problems: Sequence[str] = (),
        variants: Sequence[Mapping[str, Any]] | None = None,
        note: str = "",
    ) -> web.StreamResponse:
        key = call.path["key"]
        said = await self._said(key)
        versions = await self._store.edits.versions(EditKind.WORDING, key)
        waiting = next((each for each in versions if each.state is EditState.PROPOSED), None)
        proposed = waiting.content.get("variants", ()) if waiting else ()
        return call.page(
            "wording/one.html",
            status=422 if problems else 200,
            key=key,
            name=subject(_first(said)) or key,
            readable=readable,
            now=fields(said),
            form=fields(variants if variants is not None else proposed or said),
            proposed=fields(proposed),
            words=[
                (word, BLANKS.get(word, word)) for word in sorted({b for text in _texts(said) for b in blanks_in(text)})
            ],
            warnings=await self._desk.warnings_of(waiting) if waiting else (),
            of_law=key in _OF_LAW,
            versions=versions,
            waiting=waiting,
            problems=problems,
            note=note,
            may_edit=call.viewer.may(Permission.EDIT_ANSWERS),
            may_pass=call.viewer.may(Permission.APPROVE_ANSWERS),
        )

    async def _said(self, key: str) -> Sequence[Mapping[str, Any]]:
        """What is said under the name.

        Raises:
            HTTPNotFound: there is no such name.
        """
        found: Sequence[Mapping[str, Any]] | None = (await self._desk.wording()).get(key)
        if found is None:
            raise web.HTTPNotFound
        return found

    async def _edit(self, call: Call) -> Edit:
        number = call.path["version"]
        key = call.path["key"]
        found = await self._store.edits.get(EditKind.WORDING, key, int(number)) if number.isdecimal() else None
        if found is None:
            raise web.HTTPNotFound
        return found


def fields(variants: Sequence[Mapping[str, Any]]) -> list[Field]:
    """The ways of saying it, each as a field."""
    return [
        Field(
            name=f"text{at}",
            where=_CHANNELS.get(str(variant.get("channel") or ""), str(variant.get("channel")))
            + ("（有条件）" if variant.get("condition") else ""),
            text=str(variant.get("text") or ""),
            buttons="、".join(str(button["title"]) for button in variant.get("buttons") or ()),
        )
        for at, variant in enumerate(variants)
    ]


def reworded(variants: Sequence[Mapping[str, Any]], form: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same ways of saying it with the words of ``form``; an emptied one is gone, new ones are at the end."""
    made = []
    for at, variant in enumerate(variants):
        text = _sent(form, f"text{at}", str(variant.get("text") or ""))
        if text or "text" not in variant:
            made.append({**variant, "text": text} if text else dict(variant))
    if more := _sent(form, "more"):
        made.append({"text": more})
    if by_sms := _sent(form, "more_sms"):
        made.append({"text": by_sms, "channel": "sms"})
    return made


def _sent(form: Mapping[str, str], name: str, otherwise: str = "") -> str:
    return form.get(name, otherwise).replace("\r\n", "\n").strip()[:_LONGEST]


def _note(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "")[:_LONGEST_NOTE]


def _texts(variants: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(variant.get("text") or "") for variant in variants]


def _first(variants: Sequence[Mapping[str, Any]]) -> str:
    return next((text for text in _texts(variants) if text), "")
