"""What editors changed of the bot's answers and wording, over the files: every version, who wrote and who passed it.

A version is written once and only its state moves on. At most one version of an entry is live, at most one waits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.audit import Audit, AuditLine
from storage.commit import Change, Committer, Insert, Update
from storage.driver import Database, Document
from storage.personal_data import Vault

EDITS = "edits"
MOST = 10_000
_COUNTED_TO = 1_000_000


class EditKind(StrEnum):
    """What is edited: an approved answer, or what the bot says under a name."""

    ANSWER = "answer"
    WORDING = "wording"


class EditAct(StrEnum):
    """What the version does: gives a content, takes the entry out, or goes back to what the files say."""

    SET = "set"
    REMOVE = "remove"
    RESTORE = "restore"


class EditState(StrEnum):
    """``past``: it was live, or somebody wrote a newer one while it waited."""

    PROPOSED = "proposed"
    LIVE = "live"
    PAST = "past"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Mapping[EditState, str] = {
    EditState.PROPOSED: "待审核",
    EditState.LIVE: "使用中",
    EditState.PAST: "已被替换",
    EditState.REFUSED: "未通过",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One version of one entry; ``key`` is the entry's id, ``number`` counts its versions from 1.

    ``passed``: a second person let it pass, now or earlier. ``note``: why it was made; ``verdict``: why it was refused.
    """

    kind: EditKind
    key: str
    number: int
    act: EditAct
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)
    state: EditState = EditState.PROPOSED
    author: str
    author_name: str = field(default="", repr=False)
    made_at: datetime
    note: str = field(default="", repr=False)
    reviewer: str = ""
    reviewer_name: str = field(default="", repr=False)
    reviewed_at: datetime | None = None
    verdict: str = field(default="", repr=False)
    passed: bool = False

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.key}:{self.number}"


Tell = Callable[[Edit], AuditLine]


class Edits:
    """All versions. ``tell`` gives the line that tells of a step; both are kept, or neither."""

    def __init__(self, database: Database, vault: Vault, audit: Audit, committer: Committer) -> None:
        self._edits = database[EDITS]
        self._vault = vault
        self._audit = audit
        self._committer = committer

    async def passed(self) -> int:
        """How many were ever let pass: it grows with every change of what is live."""
        return await self._edits.count({"passed": True}, limit=_COUNTED_TO)

    async def live(self, kind: EditKind | None = None) -> Sequence[Edit]:
        return await self._of(EditState.LIVE, kind)

    async def proposed(self, kind: EditKind | None = None) -> Sequence[Edit]:
        """What waits for a second person."""
        return await self._of(EditState.PROPOSED, kind)

    async def versions(self, kind: EditKind, key: str) -> Sequence[Edit]:
        """Every version of one entry, the newest first."""
        where = {"kind": kind.value, "key": key}
        found = await self._edits.find(where, sort=(("number", -1),), limit=MOST)
        return [self._edit(each) for each in found]

    async def get(self, kind: EditKind, key: str, number: int) -> Edit | None:
        found = await self._edits.find_one({"_id": f"{kind}:{key}:{number}"})
        return None if found is None else self._edit(found)

    async def propose(self, edit: Edit, tell: Tell) -> Edit:
        """Keep a version that waits; its number is the next one, and an older one that waits is waited for no more.

        Raises:
            Conflict: somebody else did the same at this moment.
        """
        before = await self.versions(edit.kind, edit.key)
        made = replace(edit, number=before[0].number + 1 if before else 1)
        older = [self._state(each, EditState.PAST) for each in before if each.state is EditState.PROPOSED]
        await self._commit(
            [Insert(collection=EDITS, document=self._document(made), contended=True), *older], tell(made)
        )
        return made

    async def make_live(self, edit: Edit, tell: Tell, *, by: str, name: str, at: datetime) -> Edit:
        """Put a version that waits in force; the one before is kept.

        Raises:
            Conflict: it does not wait any more.
        """
        live = replace(
            edit, state=EditState.LIVE, passed=True, reviewer=by, reviewer_name=name, reviewed_at=at, verdict=""
        )
        replaced = [
            self._state(each, EditState.PAST)
            for each in await self.versions(edit.kind, edit.key)
            if each.state is EditState.LIVE
        ]
        await self._commit([self._written(live, EditState.PROPOSED), *replaced], tell(live))
        return live

    async def refuse(self, edit: Edit, tell: Tell, *, by: str, name: str, at: datetime, verdict: str) -> Edit:
        """Let a version that waits go no further.

        Raises:
            Conflict: it does not wait any more.
        """
        refused = replace(
            edit, state=EditState.REFUSED, reviewer=by, reviewer_name=name, reviewed_at=at, verdict=verdict
        )
        await self._commit([self._written(refused, EditState.PROPOSED)], tell(refused))
        return refused

    async def _commit(self, changes: Sequence[Change], line: AuditLine) -> None:
        await self._audit.add_with(changes, line, committer=self._committer)

    async def _of(self, state: EditState, kind: EditKind | None) -> Sequence[Edit]:
        where: Document = {"state": state.value} | ({} if kind is None else {"kind": kind.value})
        found = await self._edits.find(where, sort=(("made_at", 1), ("_id", 1)), limit=MOST)
        return [self._edit(each) for each in found]

    @staticmethod
    def _state(edit: Edit, to: EditState) -> Change:
        where = {"_id": edit.id, "state": edit.state.value}
        return Update(collection=EDITS, filter=where, update={"$set": {"state": to.value}})

    def _written(self, edit: Edit, was: EditState) -> Change:
        document = self._document(edit)
        where = {"_id": document.pop("_id"), "state": was.value}
        return Update(collection=EDITS, filter=where, update={"$set": document})

    def _document(self, edit: Edit) -> Document:
        plain = ("key", "number", "author", "made_at", "reviewer", "reviewed_at", "passed")
        sealed = {name: getattr(edit, name) for name in _SEALED}
        return {
            "_id": edit.id,
            **{name: str(getattr(edit, name)) for name in ("kind", "act", "state")},
            **{name: getattr(edit, name) for name in plain},
            "sealed": self._vault.seal_json(sealed, f"{EDITS}/sealed/{edit.id}"),
        }

    def _edit(self, document: Document) -> Edit:
        plain = ("key", "number", "author", "made_at", "reviewer", "reviewed_at", "passed")
        return Edit(
            kind=EditKind(document["kind"]),
            act=EditAct(document["act"]),
            state=EditState(document["state"]),
            **{name: document[name] for name in plain},
            **self._vault.open_json(document["sealed"], f"{EDITS}/sealed/{document['_id']}"),
        )


_SEALED = ("content", "author_name", "note", "reviewer_name", "verdict")
