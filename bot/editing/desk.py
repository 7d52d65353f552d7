"""What staff do with edits: write, let pass, refuse, go back. Each step stands in the audit log.

EditError
├── EditRefused    what was written cannot be taken; ``problems`` say why
├── OwnEdit        nobody lets pass what they wrote
└── NotWaiting     the version was passed, refused or replaced meanwhile
"""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from bot.access.members import By
from bot.editing.layer import EditLayer, with_answers, write_layer
from channels.base import Clock
from dialogs.checking.check import check_dialogs
from dialogs.checking.findings import Finding, errors
from dialogs.faq.answers import Answer, AnswersRefused, answer_of, check_ids
from dialogs.faq.checking import doubts
from dialogs.files import DialogFiles
from storage.audit import AuditLine
from storage.edits import Edit, EditAct, EditKind, EditState
from storage.errors import Conflict
from storage.store import Store


class EditError(Exception):
    """``sentence`` is for whoever asked."""

    retryable: ClassVar[bool] = False
    sentence: str = "没有办成"


class EditRefused(EditError):
    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)
        self.sentence = "；".join(problems)


class OwnEdit(EditError):
    sentence = "自己改的要请另一位有审核权的同事来看"


class NotWaiting(EditError):
    sentence = "这一版已经有人处理过，或有了更新的修改，请刷新后再看"


class EditDesk:
    """The steps. ``look``: has the dialog of this process look for what is new at once; others see it in seconds."""

    def __init__(self, *, store: Store, layer: EditLayer, clock: Clock, look: Callable[[], None]) -> None:
        self._store = store
        self._edits = store.edits
        self._clock = clock
        self._look = look
        self._layer = layer

    async def propose(
        self, kind: EditKind, key: str, act: EditAct, content: Mapping[str, Any], *, by: By, note: str
    ) -> Edit:
        """Keep a version for a second person to look at.

        Raises:
            EditRefused: the bot could not run on it.
        """
        edit = Edit(
            kind=kind,
            key=key,
            number=0,
            act=act,
            content=content,
            author=by.id,
            author_name=by.name,
            made_at=self._clock(),
            note=note,
        )
        await self._check(edit)
        return await self._proposed(edit, by)

    async def pass_on(self, edit: Edit, *, by: By) -> Edit:
        """Put a version in force.

        Raises:
            OwnEdit, NotWaiting
            EditRefused: since it was written something changed on which it does not fit.
        """
        if edit.author == by.id:
            raise OwnEdit
        await self._check(edit)
        return await self._live(edit, by, "edit.passed")

    async def refuse(self, edit: Edit, *, by: By, verdict: str) -> Edit:
        """Let a version go no further; its author may take it back so, too.

        Raises:
            NotWaiting
        """
        try:
            tell = partial(self._line, "edit.refused", by, {"verdict": verdict})
            return await self._edits.refuse(edit, tell, by=by.id, name=by.name, at=self._clock(), verdict=verdict)
        except Conflict as error:
            raise NotWaiting from error

    async def revert(self, edit: Edit, *, by: By) -> Edit:
        """Put a version that was in force before in force again, at once: two people have passed it already.

        Raises:
            EditRefused: it was never passed, or the bot could not run on it any more.
            NotWaiting
        """
        if not edit.passed or edit.state is EditState.LIVE:
            raise EditRefused(["只能退回到以前用过的版本"])
        again = Edit(
            kind=edit.kind,
            key=edit.key,
            number=0,
            act=edit.act,
            content=edit.content,
            author=edit.author,
            author_name=edit.author_name,
            made_at=self._clock(),
            note=f"退回到第 {edit.number} 版",
        )
        await self._check(again)
        return await self._live(await self._proposed(again, by), by, "edit.reverted", to=edit.number)

    async def doubts_of(self, key: str, edit: Edit | None) -> Sequence[str]:
        """What is doubtful about an entry of the answers as it is with ``edit``, in sentences."""
        answers = await self.answers([edit] if edit else [])
        today = self._clock().date()
        found = await asyncio.to_thread(doubts, answers, today=today)
        return [doubt.sentence for doubt in found if doubt.id == key]

    async def warnings_of(self, edit: Edit) -> Sequence[str]:
        """What works with a version of the wording, but probably not as meant."""
        found = await asyncio.to_thread(_findings, self._layer.base, await self._with(edit))
        return [finding.text for finding in found if edit.key in finding.text]

    async def wording(self) -> Mapping[str, Any]:
        """What the bot says under each name, as it is now: variants as the engine reads them."""
        live = await self._edits.live(EditKind.WORDING)
        said = await self._layer.base_responses()
        return {**said, **{edit.key: edit.content["variants"] for edit in live if edit.act is EditAct.SET}}

    async def answers(self, also: Sequence[Edit] = ()) -> Sequence[Answer]:
        """The answers as they are now, and with ``also``."""
        live = await self._edits.live(EditKind.ANSWER)
        return with_answers(with_answers(await self._layer.base_answers(), live), also)

    async def subjects(self, edits: Sequence[Edit]) -> Mapping[tuple[EditKind, str], str]:
        """What each of ``edits`` is about: the question, or what is said, though the edit only takes it back."""
        found: dict[tuple[EditKind, str], str] = {}
        if any(edit.kind is EditKind.ANSWER for edit in edits):
            every = [*await self._layer.base_answers(), *await self.answers()]
            found |= {(EditKind.ANSWER, answer.id): answer.question for answer in every}
        if any(edit.kind is EditKind.WORDING for edit in edits):
            found |= {(EditKind.WORDING, key): _first(variants) for key, variants in (await self.wording()).items()}
        for edit in edits:
            own = edit.content.get("question") or _first(edit.content.get("variants") or ())
            if own:
                found[edit.kind, edit.key] = str(own)
        return found

    async def _live(self, edit: Edit, by: By, action: str, **details: object) -> Edit:
        try:
            tell = partial(self._line, action, by, details)
            live = await self._edits.make_live(edit, tell, by=by.id, name=by.name, at=self._clock())
        except Conflict as error:
            raise NotWaiting from error
        self._look()
        return live

    async def _proposed(self, edit: Edit, by: By) -> Edit:
        try:
            return await self._edits.propose(edit, partial(self._line, "edit.proposed", by, {"act": edit.act.value}))
        except Conflict as error:
            raise NotWaiting from error

    async def _check(self, edit: Edit) -> None:
        if edit.kind is EditKind.ANSWER:  # each answer stands by itself
            try:
                if edit.act is EditAct.SET:
                    answer_of(edit.content)
                check_ids(await self.answers([edit]))
            except AnswersRefused as refused:
                raise EditRefused(refused.problems) from refused
            return
        wrong = errors(await asyncio.to_thread(_findings, self._layer.base, await self._with(edit)))
        if wrong:
            raise EditRefused([finding.text for finding in wrong])

    async def _with(self, edit: Edit) -> Sequence[Edit]:
        live = await self._edits.live()
        return [*(each for each in live if (each.kind, each.key) != (edit.kind, edit.key)), edit]

    def _line(self, action: str, by: By, details: Mapping[str, object], edit: Edit) -> AuditLine:
        return AuditLine(at=self._clock(), actor=by.id, name=by.name, action=action, target=edit.id, details=details)


def _findings(base: DialogFiles, edits: Sequence[Edit]) -> Sequence[Finding]:
    """As ``petition-bot check dialogs`` finds them on the files with the edits."""
    folder = Path(tempfile.mkdtemp(prefix="petition-check-"))
    try:
        write_layer(folder, base, edits)
        return check_dialogs(DialogFiles(folder=base.folder, edits=folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _first(variants: Sequence[Mapping[str, Any]]) -> str:
    return next((str(text) for each in variants if (text := each.get("text"))), "")
