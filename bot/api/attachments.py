"""What came with a case besides words: the list, each one's content, and its erasure."""

import uuid

import structlog

from bot.api import attachment_views
from bot.api.access import access_case, no_case, sees_person
from bot.api.operations import AnyOperation, Call, Download, NoBody, NoQuery, Operation
from bot.api.problems import Problem, ProblemKind, invalid_field, not_found
from bot.api.schemas.attachments import AttachmentIn, CaseAttachment
from bot.api.seen import Seen
from bot.api.shapes import Page
from bot.api.tokens import Scope
from bot.casework.service import Casework
from bot.media.fetching import Limits
from bot.media.making import kind_of
from bot.media.reasons import erased_sentence
from channels.base import Clock
from channels.media_types import ENDINGS, sniffed
from storage.attachment_records import Attachment, AttachmentState
from storage.cases import Actor, ActorKind
from storage.store import Store

_TAG = "案件"
_ALL = "/cases/{number}/attachments"


class AttachmentRoutes:
    """The operations below ``/v1/cases/{number}/attachments``."""

    def __init__(self, *, store: Store, casework: Casework, clock: Clock, limits: Limits, seen: Seen) -> None:
        self._store = store
        self._casework = casework
        self._clock = clock
        self._limits = limits
        self._seen = seen

    def operations(self) -> tuple[AnyOperation, ...]:
        return (*self._of_all(), *self._of_one())

    def _of_all(self) -> tuple[AnyOperation, ...]:
        return (
            Operation(
                id="listAttachments",
                method="GET",
                path=_ALL,
                tag=_TAG,
                summary="随案件发来的图片、语音、视频和文件，按收到的先后",
                query=NoQuery,
                body=NoBody,
                answer=Page[CaseAttachment],
                handler=self.list,
                problems=(ProblemKind.NOT_FOUND,),
            ),
            Operation(
                id="sendAttachment",
                method="POST",
                path=_ALL,
                tag=_TAG,
                summary="给诉求人发一份图片或文件：公众号里直接发图，发不了的改发文字、在网页查看",
                query=NoQuery,
                body=AttachmentIn,
                answer=CaseAttachment,
                handler=self.send,
                status=201,
                problems=(ProblemKind.NOT_FOUND, ProblemKind.CONFLICT),
                file_limit=self._limits.most(),
            ),
        )

    def _of_one(self) -> tuple[AnyOperation, ...]:
        return (
            Operation(
                id="readAttachment",
                method="GET",
                path=f"{_ALL}/{{id}}",
                tag=_TAG,
                summary="取一份附件的内容；只供下载，不在浏览器里打开",
                query=NoQuery,
                body=NoBody,
                answer=None,
                handler=self.read,
                problems=(ProblemKind.NOT_FOUND,),
            ),
            Operation(
                id="eraseAttachment",
                method="DELETE",
                path=f"{_ALL}/{{id}}",
                tag=_TAG,
                summary="删除一份附件：内容不再保留，经过里记一笔（诉求人看不到）",
                query=NoQuery,
                body=NoBody,
                answer=Page[CaseAttachment],
                handler=self.erase,
                problems=(ProblemKind.NOT_FOUND, ProblemKind.CONFLICT),
            ),
        )

    async def list(self, call: Call[NoQuery, NoBody]) -> Page[CaseAttachment]:
        case = await access_case(self._store, call)
        found = await self._store.attachments.of_case(case.number)
        return Page(items=[attachment_views.listed(each, case.number) for each in found])

    async def send(self, call: Call[NoQuery, AttachmentIn]) -> CaseAttachment:
        """Keep the file and send it to the filer; what was sent stays however often the call is repeated."""
        case = await access_case(self._store, call)
        if case.accusation and call.body.public:
            raise Problem(ProblemKind.FORBIDDEN, "检举控告件不向诉求人发文件；public 为 false 可以只存入案件")
        type_ = _checked(call.file, self._limits)
        given = await self._store.attachments.give(
            uuid.uuid4().hex,
            call.file,
            kind=kind_of(type_),
            type=type_,
            public=call.body.public,
            now=self._clock(),
        )
        answer = attachment_views.listed(given, case.number)
        await self._casework.hand(
            case.number,
            given,
            actor=Actor(kind=ActorKind.STAFF, name=call.caller.name),
            note=call.body.note,
            also=lambda _case: call.also(answer),
        )
        structlog.get_logger().info("api.attachment_sent", case=case.number, attachment=given.id, by=call.caller.name)
        return answer

    async def read(self, call: Call[NoQuery, NoBody]) -> Download:
        """The content; it shows people and places, so that it takes the right to personal data."""
        call.require(Scope.PERSONAL)
        case = await access_case(self._store, call)
        if not sees_person(call.caller, case):
            raise no_case()
        found = await self._store.attachments.get(call.path["id"])
        if found is None or case.number not in found.case_numbers or found.state is not AttachmentState.KEPT:
            raise _no_attachment()
        await self._seen.attachment(call.caller, case.number, found.id)
        structlog.get_logger().info("api.attachment_read", case=case.number, attachment=found.id, by=call.caller.name)
        return Download(
            name=_name(found, case.number),
            type=found.type,
            size=found.size,
            pieces=self._store.attachments.content(found),
        )

    async def erase(self, call: Call[NoQuery, NoBody]) -> Page[CaseAttachment]:
        """Take one from the case, for good; what is left of them."""
        call.require(Scope.PERSONAL)
        case = await access_case(self._store, call)
        if not sees_person(call.caller, case):
            raise no_case()
        found = await self._store.attachments.get(call.path["id"])
        if found is None or case.number not in found.case_numbers:
            raise _no_attachment()
        now = self._clock()
        await self._casework.note(
            case.number,
            actor=Actor(kind=ActorKind.STAFF, name=call.caller.name),
            note=erased_sentence(found.kind, by_staff=found.by_staff),
            also=lambda _case: [self._store.attachments.erase(found, case.number, now=now)],
        )
        structlog.get_logger().info("api.attachment_erased", case=case.number, attachment=found.id, by=call.caller.name)
        await self._store.attachments.drop_expired(now, limit=1)
        return await self.list(call)


def _checked(content: bytes, limits: Limits) -> str:
    """The type of what staff give.

    Raises:
        Problem: INVALID_FIELDS or TOO_LARGE.
    """
    found = sniffed(content)
    if found is None:
        raise invalid_field("file", "不是可以发送的类型：图片、音频、视频或 PDF")
    most = limits.bytes_of(kind_of(found))
    if len(content) > most:
        raise Problem(ProblemKind.TOO_LARGE, f"这类文件不能超过 {most // 1024 // 1024} MiB")
    return found


def _no_attachment() -> Problem:
    return not_found("没有这份附件，或它的内容没有保存下来")


def _name(found: Attachment, number: str) -> str:
    return f"{number}-{found.id[:8]}.{ENDINGS.get(found.type, 'bin')}"
