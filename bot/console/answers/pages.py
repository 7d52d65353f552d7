"""What is looked at: the answers, one with its versions, a trial, what was asked in vain."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.access.permissions import Permission
from bot.clocks.calendar import local_day
from bot.console.answers import shown
from bot.console.answers.parts import AnswerParts
from bot.console.routes import Call
from dialogs.faq.answers import Answer, AnswersRefused, answer_of
from dialogs.faq.search import Answers, Finding
from dialogs.faq.tables import plain, to_csv
from dialogs.ports import Embedder, EmbedderAway
from storage.audit import AuditLine
from storage.edits import Edit, EditAct, EditKind, EditState

_MOST_ASKED = 200
_LONGEST_QUESTION = 200
_PREPARING_SECONDS = 15.0
_BY = {"characters": "按文字", "meaning": "按语义", "context": "接着上一问"}


class AnswerPages:
    """Everybody who edits or passes answers sees all of them."""

    def __init__(self, parts: AnswerParts) -> None:
        self._parts = parts
        self._store = parts.store
        self._tried: tuple[tuple[Answer, ...], Answers] | None = None

    async def list(self, call: Call) -> web.StreamResponse:
        today, sought = local_day(self._parts.clock()), call.query.get("q", "").strip()[:60]
        live, waiting = await self._live(), await self._waiting()
        lines = [
            shown.line(answer, today=today, edited=answer.id in live, waits=answer.id in waiting)
            for answer in await self._parts.desk.answers()
            if not sought or any(sought in text for text in (*answer.asked, answer.text, answer.source, answer.id))
        ]
        known = {each.answer.id for each in lines}
        removed = [edit for edit in live.values() if edit.act is EditAct.REMOVE and edit.key not in known]
        names = await self._parts.desk.subjects([*removed, *waiting.values()])
        return call.page(
            "answers/list.html",
            parts=shown.folded(lines, sought=bool(sought)),
            number=len(lines),
            sought=sought,
            waiting=list(waiting.values()),
            questions={key: name for (_, key), name in names.items()},
            removed=removed,
            may_edit=call.viewer.may(Permission.EDIT_ANSWERS),
            acts=shown.ACTS,
        )

    async def new(self, call: Call) -> web.StreamResponse:
        """An empty form, or one begun with a question that was asked in vain (its key in ``from``)."""
        asked = call.query.get("from", "")[:80]
        words = await self._store.questions.get(asked) if asked else ""
        now = self._parts.clock()
        raw: dict[str, Any] = {"id": f"a{now:%y%m%d%H%M%S}", "valid_from": local_day(now).isoformat()}
        if words:
            raw |= {"question": words[:60], "variants": [words]}
        return self.form(call, raw, asked=asked)

    def form(
        self, call: Call, raw: Mapping[str, Any], *, asked: str = "", problems: Sequence[str] = (), note: str = ""
    ) -> web.StreamResponse:
        """The form of a new answer, filled with ``raw``."""
        return call.page(
            "answers/new.html",
            status=422 if problems else 200,
            raw=raw,
            asked=asked,
            problems=problems,
            note=note,
            aspects=shown.ASPECTS,
        )

    async def one(self, call: Call) -> web.StreamResponse:
        return await self.again(call, call.path["key"])

    async def again(
        self,
        call: Call,
        key: str,
        *,
        problems: Sequence[str] = (),
        raw: Mapping[str, Any] | None = None,
        note: str = "",
    ) -> web.StreamResponse:
        """The page of one answer; ``raw``: what was written and could not be taken."""
        desk = self._parts.desk
        versions = await self._store.edits.versions(EditKind.ANSWER, key)
        answer = next((each for each in await desk.answers() if each.id == key), None)
        if answer is None and not versions:
            raise web.HTTPNotFound
        waiting = next((each for each in versions if each.state is EditState.PROPOSED), None)
        now = plain(answer) if answer else {}
        return call.page(
            "answers/one.html",
            status=422 if problems else 200,
            key=key,
            answer=answer,
            raw=raw or (dict(waiting.content) if waiting and waiting.act is EditAct.SET else now or _last(versions)),
            note=note,
            versions=versions,
            waiting=waiting,
            said=_said(waiting),
            differences=shown.differences(now, waiting) if waiting else (),
            doubts=await desk.doubts_of(key, waiting),
            problems=problems,
            acts=shown.ACTS,
            aspects=shown.ASPECTS,
            may_edit=call.viewer.may(Permission.EDIT_ANSWERS),
            may_pass=call.viewer.may(Permission.APPROVE_ANSWERS),
        )

    async def tried(self, call: Call) -> web.StreamResponse:
        """What would be answered to a question, and why; with what waits as well, where that is ticked."""
        question = call.query.get("q", "").strip()[:_LONGEST_QUESTION]
        district, also = call.query.get("district", "").strip()[:20], call.query.get("waiting") == "on"
        finding, elsewhere = await self._find(question, district, also=also) if question else (None, None)
        return call.page(
            "answers/try.html",
            question=question,
            district=district,
            also=also,
            finding=finding,
            elsewhere=elsewhere,
            by=_BY,
            said=finding.found[0].answer.said if finding and finding.found else "",
        )

    async def unanswered(self, call: Call) -> web.StreamResponse:
        return call.page(
            "answers/unanswered.html",
            questions=await self._store.questions.open(_MOST_ASKED),
            may_edit=call.viewer.may(Permission.EDIT_ANSWERS),
        )

    async def export(self, call: Call) -> web.StreamResponse:
        """All answers in use as a table that ``petition-bot faq import`` takes."""
        answers = await self._parts.desk.answers()
        by, now = call.viewer.by, self._parts.clock()
        line = AuditLine(at=now, actor=by.id, name=by.name, action="answers.exported", details={"count": len(answers)})
        await self._store.audit.add(line)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'政策问答-{now:%Y%m%d}.csv')}"}
        return web.Response(body=to_csv(answers).encode(), content_type="text/csv", headers=headers)

    async def _find(self, question: str, district: str, *, also: bool) -> tuple[Finding, Answer | None]:
        """What the search comes to, and whose affair else the question names."""
        waiting = (await self._waiting()).values() if also else ()
        answers = tuple(await self._parts.desk.answers(list(waiting)))
        searched, embedder = await self._searched(answers)
        today = local_day(self._parts.clock())
        found = await searched.find(question, today=today, district=district, embedder=embedder)
        return found, searched.elsewhere(question, today=today, district=district)

    async def _searched(self, answers: tuple[Answer, ...]) -> tuple[Answers, Embedder | None]:
        """The answers to be searched, and what compares meanings; made once for the same answers."""
        embedder = self._parts.understanding.embedder
        if self._tried is None or self._tried[0] != answers:
            searched = await asyncio.to_thread(Answers, answers)
            if embedder is not None:
                try:
                    async with asyncio.timeout(_PREPARING_SECONDS):
                        await searched.prepare(embedder)
                except (TimeoutError, EmbedderAway):
                    return searched, None
            self._tried = (answers, searched)
        return self._tried[1], embedder

    async def _live(self) -> Mapping[str, Edit]:
        edits = await self._store.edits.live(EditKind.ANSWER)
        return {edit.key: edit for edit in edits if edit.act is not EditAct.RESTORE}

    async def _waiting(self) -> Mapping[str, Edit]:
        return {edit.key: edit for edit in await self._store.edits.proposed(EditKind.ANSWER)}


def _said(edit: Edit | None) -> str:
    """What residents would read of a version."""
    if edit is None or edit.act is not EditAct.SET:
        return ""
    try:
        return answer_of(edit.content).said
    except AnswersRefused:
        return ""


def _last(versions: Sequence[Edit]) -> Mapping[str, Any]:
    return next((each.content for each in versions if each.act is EditAct.SET), {})
