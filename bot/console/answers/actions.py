"""What is done with answers: written, taken out, passed, refused, put back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.access.permissions import Permission
from bot.console.answers import shown
from bot.console.answers.pages import AnswerPages
from bot.console.answers.parts import AnswerParts
from bot.console.routes import Call
from bot.editing.desk import EditError, EditRefused
from dialogs.faq.answers import AnswersRefused, answer_of
from dialogs.faq.tables import plain
from storage.audit import AuditLine
from storage.edits import Edit, EditAct, EditKind

_LONGEST_NOTE = 200
_WAITS = "已保存，等另一位同事审核；审核以前机器人仍用原来的"


class AnswerActions:
    """The steps."""

    def __init__(self, parts: AnswerParts, pages: AnswerPages) -> None:
        self._parts = parts
        self._desk = parts.desk
        self._pages = pages

    async def propose(self, call: Call) -> web.StreamResponse:
        """A new answer, or another wording of one that is there."""
        form, aspects = await call.form(), await call.chosen("aspects")
        raw, note, asked = shown.written(form, aspects), form.get("note", "")[:_LONGEST_NOTE], form.get("asked", "")
        new = form.get("new") == "on"
        try:
            content = plain(answer_of(raw))
            await self._check_new(str(content["id"]), new=new)
            await self._propose(call, str(content["id"]), EditAct.SET, content, note)
        except (AnswersRefused, EditRefused) as refused:
            if new:
                return self._pages.form(call, raw, asked=asked, problems=refused.problems, note=note)
            return await self._pages.again(call, form.get("id", ""), problems=refused.problems, raw=raw, note=note)
        if asked:
            await self._parts.store.questions.settle(asked)
        return call.back(f"/answers/one/{content['id']}", _WAITS)

    async def remove(self, call: Call) -> web.StreamResponse:
        return await self._without_words(call, EditAct.REMOVE)

    async def restore(self, call: Call) -> web.StreamResponse:
        return await self._without_words(call, EditAct.RESTORE)

    async def settle(self, call: Call) -> web.StreamResponse:
        """No answer is needed."""
        settled = await self._parts.store.questions.settle(call.path["key"])
        by = call.viewer.by
        line = AuditLine(
            at=self._parts.clock(), actor=by.id, name=by.name, action="question.settled", details={"times": settled}
        )
        await self._parts.store.audit.add(line)
        return call.back("/answers/unanswered", "已处理，不再列出")

    async def let_pass(self, call: Call) -> web.StreamResponse:
        return await self._step(call, lambda edit: self._desk.pass_on(edit, by=call.viewer.by), "已通过，两秒内启用")

    async def refuse(self, call: Call) -> web.StreamResponse:
        """By who may let pass; an editor may take back what they wrote themselves."""
        edit = await self._edit(call)
        if not call.viewer.may(Permission.APPROVE_ANSWERS) and edit.author != call.viewer.member.id:
            raise web.HTTPForbidden
        verdict = (await call.form()).get("verdict", "")[:_LONGEST_NOTE]
        return await self._step(
            call, lambda edit: self._desk.refuse(edit, by=call.viewer.by, verdict=verdict), "已退回，没有启用"
        )

    async def revert(self, call: Call) -> web.StreamResponse:
        return await self._step(
            call, lambda edit: self._desk.revert(edit, by=call.viewer.by), "已退回到这一版，两秒内启用"
        )

    async def _check_new(self, key: str, *, new: bool) -> None:
        """Raises EditRefused where a new answer's id is taken, HTTPNotFound where an old one's is not there."""
        if not new:
            await self._known(key)
        elif any(each.id == key for each in await self._desk.answers()):
            raise EditRefused([f"编号 {key} 已经有了，请换一个"])

    async def _without_words(self, call: Call, act: EditAct) -> web.StreamResponse:
        key, note = call.path["key"], (await call.form()).get("note", "")[:_LONGEST_NOTE]
        if not note:
            return await self._pages.again(call, key, problems=["请写明原因"])
        await self._known(key)
        try:
            await self._propose(call, key, act, {}, note)
        except EditRefused as refused:
            return await self._pages.again(call, key, problems=refused.problems)
        return call.back(f"/answers/one/{key}", _WAITS)

    async def _propose(self, call: Call, key: str, act: EditAct, content: Mapping[str, Any], note: str) -> None:
        await self._desk.propose(EditKind.ANSWER, key, act, content, by=call.viewer.by, note=note)

    async def _step(self, call: Call, step: Callable[[Edit], Awaitable[Edit]], told: str) -> web.StreamResponse:
        edit = await self._edit(call)
        try:
            await step(edit)
        except EditError as error:
            return await self._pages.again(call, edit.key, problems=[error.sentence])
        return call.back(f"/answers/one/{edit.key}", told)

    async def _edit(self, call: Call) -> Edit:
        """The version that the path names.

        Raises:
            HTTPNotFound: there is none.
        """
        number = call.path["version"]
        found = (
            await self._parts.store.edits.get(EditKind.ANSWER, call.path["key"], int(number))
            if number.isdecimal()
            else None
        )
        if found is None:
            raise web.HTTPNotFound
        return found

    async def _known(self, key: str) -> None:
        there = any(each.id == key for each in await self._desk.answers())
        if not there and not await self._parts.store.edits.versions(EditKind.ANSWER, key):
            raise web.HTTPNotFound
