"""A file that staff put to a case: a photo of what was done, a letter; sent to the filer where it is ticked."""

from aiohttp import web
from aiohttp.web_request import FileField

from bot.console.cases.pages import CasePages
from bot.console.cases.parts import CaseParts
from bot.console.cases.reach import case_of
from bot.console.files import FileRefused, keep_file
from bot.console.routes import Call
from bot.forms import read_form

_LONGEST = 500


class FileActions:
    """One step."""

    def __init__(self, parts: CaseParts) -> None:
        self._parts = parts

    async def hand(self, call: Call) -> web.StreamResponse:
        """Of an accusation nothing is sent (信访工作条例 2022 §30): the file stays with the case."""
        case = await case_of(self._parts.store, call)
        form, sent = await call.form(), (await read_form(call.request)).get("file")
        public = form.get("public") == "on" and not case.accusation
        problem = ""
        if not isinstance(sent, FileField):
            problem = "请选择文件"
        elif not case.state.is_open:
            problem = f"这件诉求{case.state.label}，不能再加文件"
        if problem or not isinstance(sent, FileField) or self._parts.limits is None:
            return await CasePages(self._parts).again(call, case, problem or "请选择文件")
        store, limits, now = self._parts.store, self._parts.limits, self._parts.clock()
        try:
            kept = await keep_file(sent, store=store, limits=limits, public=public, now=now)
        except FileRefused as refused:
            return await CasePages(self._parts).again(call, case, refused.sentence)
        note = form.get("note", "")[:_LONGEST]
        await self._parts.casework.hand(case.number, kept, actor=call.viewer.actor, note=note)
        return call.back(f"/cases/{case.number}", _told(public=public, reached=case.filer.conversation_id is not None))


def _told(*, public: bool, reached: bool) -> str:
    if not public:
        return "文件已存入，只有工作人员看得到"
    return "文件已发给来信人" if reached else "文件已存入，但来信人没有可以收消息的渠道，请打电话告诉对方"
