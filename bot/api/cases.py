"""Cases over HTTP: create, list, read, move on, look back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import structlog

from bot.api import views
from bot.api.access import access_case, no_case, sees_person
from bot.api.operations import AnyOperation, Call, NoBody, NoQuery, Operation
from bot.api.problems import Problem, ProblemKind, invalid_field
from bot.api.schemas.cases import (
    CaseBrief,
    CaseCreated,
    CaseFull,
    CaseIn,
    CaseQuery,
    Step,
    TransitionIn,
)
from bot.api.seen import Seen
from bot.api.shapes import Page
from bot.api.tokens import Caller, Scope
from bot.casework.service import Casework, Draft, NoSuchCase, NoSuchConversation
from storage.cases import Actor, ActorKind, CaseFilter, Filer
from storage.errors import BadCursor
from storage.records import OutboxEntry
from storage.store import Store

_TAG = "案件"
_ONE = "/cases/{number}"


class CaseRoutes:
    """The operations below ``/v1/cases``."""

    def __init__(self, *, store: Store, casework: Casework, seen: Seen) -> None:
        self._store = store
        self._casework = casework
        self._seen = seen

    def operations(self) -> tuple[AnyOperation, ...]:
        return (*self._of_all(), *self._of_one())

    def _of_all(self) -> tuple[AnyOperation, ...]:
        return (
            Operation(
                id="createCase",
                method="POST",
                path="/cases",
                tag=_TAG,
                summary="登记一件诉求；查询码只在这里给出一次",
                query=NoQuery,
                body=CaseIn,
                answer=CaseCreated,
                handler=self.create,
                status=201,
            ),
            Operation(
                id="listCases",
                method="GET",
                path="/cases",
                tag=_TAG,
                summary="列出案件，新的在前；个人信息已遮盖",
                query=CaseQuery,
                body=NoBody,
                answer=Page[CaseBrief],
                handler=self.list,
            ),
        )

    def _of_one(self) -> tuple[AnyOperation, ...]:
        return (
            Operation(
                id="readCase",
                method="GET",
                path=_ONE,
                tag=_TAG,
                summary="查看一件；编号中的空格、连字符、小写、全角都可以",
                query=NoQuery,
                body=NoBody,
                answer=CaseFull,
                handler=self.read,
                problems=(ProblemKind.NOT_FOUND,),
            ),
            Operation(
                id="moveCase",
                method="POST",
                path=f"{_ONE}/transitions",
                tag=_TAG,
                summary="流转到下一状态；公开的流转会通知诉求人",
                query=NoQuery,
                body=TransitionIn,
                answer=CaseFull,
                handler=self.move,
                problems=(ProblemKind.NOT_FOUND, ProblemKind.ILLEGAL_MOVE, ProblemKind.CONFLICT),
            ),
            Operation(
                id="readTimeline",
                method="GET",
                path=f"{_ONE}/timeline",
                tag=_TAG,
                summary="经过：谁在何时做了什么，告诉了诉求人什么，是否送达",
                query=NoQuery,
                body=NoBody,
                answer=Page[Step],
                handler=self.timeline,
                problems=(ProblemKind.NOT_FOUND,),
            ),
        )

    async def create(self, call: Call[NoQuery, CaseIn]) -> CaseCreated:
        _refuse_unseen(call.caller, accusation=call.body.accusation)
        try:
            made = await self._casework.create(
                _draft(call.body),
                actor=_actor(call.caller),
                key=call.key,
                also=lambda created: call.also(views.created(created)),
            )
        except NoSuchConversation:
            raise invalid_field("filer.conversation_id", "没有这个会话") from None
        return views.created(made)

    async def list(self, call: Call[CaseQuery, NoBody]) -> Page[CaseBrief]:
        try:
            page = await self._store.cases.list(
                replace(_filter(call.query), units=call.caller.units),
                limit=call.query.limit,
                cursor=call.query.cursor,
                include_accusations=call.caller.may(Scope.ACCUSATIONS),
            )
        except BadCursor:
            raise invalid_field("cursor", "不是本接口给出的 next_cursor") from None
        return Page(items=[views.brief(case) for case in page.items], next_cursor=page.next_cursor)

    async def read(self, call: Call[NoQuery, NoBody]) -> CaseFull:
        case = await access_case(self._store, call)
        personal = sees_person(call.caller, case)
        structlog.get_logger().info("api.case_read", case=case.number, by=call.caller.name, full=personal)
        if personal:
            await self._seen.case(call.caller, case.number, "案件")
        kept = await self._store.attachments.of_case(case.number)
        return views.full(case, personal=personal, kept=kept)

    async def move(self, call: Call[NoQuery, TransitionIn]) -> CaseFull:
        case = await access_case(self._store, call)
        kept = await self._store.attachments.of_case(case.number)
        body = call.body
        try:
            moved = await self._casework.move(
                case.number,
                to=body.to,
                actor=_actor(call.caller),
                note=body.note,
                public=body.public,
                ground=body.ground,
                elsewhere=body.elsewhere,
                unit=body.unit,
                answer=body.answer,
                also=lambda after: call.also(views.full(after, personal=False, kept=kept)),
            )
        except NoSuchCase:
            raise no_case() from None
        return views.full(moved, personal=False, kept=kept)

    async def timeline(self, call: Call[NoQuery, NoBody]) -> Page[Step]:
        case = await access_case(self._store, call)
        entries = await self._store.cases.timeline(case.number)
        told = _by_step(await self._store.outbox.for_case(case.number))
        personal = sees_person(call.caller, case)
        structlog.get_logger().info("api.timeline_read", case=case.number, by=call.caller.name)
        if personal:
            await self._seen.case(call.caller, case.number, "经过")
        kept = await self._store.attachments.of_case(case.number)
        return Page(
            items=[views.step(entry, told.get(entry.seq, ()), personal=personal, kept=kept) for entry in entries]
        )


def _by_step(entries: Iterable[OutboxEntry]) -> Mapping[int | None, Sequence[OutboxEntry]]:
    told: dict[int | None, list[OutboxEntry]] = defaultdict(list)
    for entry in entries:
        told[entry.case_seq].append(entry)
    return told


def _refuse_unseen(caller: Caller, *, accusation: bool) -> None:
    if accusation and not caller.may(Scope.ACCUSATIONS):
        raise Problem(ProblemKind.FORBIDDEN, "检举控告只能由纪检角色登记")


def _actor(caller: Caller) -> Actor:
    return Actor(kind=ActorKind.STAFF, name=caller.name)


def _draft(body: CaseIn) -> Draft:
    return Draft(
        content=body.content,
        title=body.title,
        type=body.type,
        category=body.category,
        place=body.place.text,
        district=body.place.district,
        latitude=body.place.latitude,
        longitude=body.place.longitude,
        since=body.since,
        filer=Filer(**body.filer.model_dump()),
        anonymous=body.anonymous,
        confidential=body.confidential,
        accusation=body.accusation,
        reply_wanted=body.reply_wanted,
        urgency=body.urgency.value,
    )


def _filter(query: CaseQuery) -> CaseFilter:
    return CaseFilter(**query.model_dump(exclude={"limit", "cursor"}))
