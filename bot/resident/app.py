"""The page and what one can do on it: look at what staff sent, rate the answer, add to the case."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot import masking
from bot.api.downloads import downloaded
from bot.api.operations import Download
from bot.casework.effects import EffectRefused, changes_for
from bot.casework.handing import counted
from bot.casework.links import CaseLinks, Claim, read_token
from bot.casework.satisfaction import still_counts
from bot.forms import MOST_OF_A_FORM, read_form
from bot.local_time import at
from bot.page_guard import page_guard
from channels.base import Clock
from channels.media_types import ENDINGS
from dialogs.outcome import AddToCase, Effect, RateCase
from storage.attachment_records import Attachment, AttachmentState
from storage.cases import Case, CaseState, EntryKind, TimelineEntry
from storage.store import Store

LONGEST = 1_000
_A_DAY = 20
"""How often a day one link may add or rate."""
_BODY = 64 * 1024
_TOO_LONG = f"写得太长了，没有收到：一次最多写 {LONGEST} 字，请分几次写"
_MIB = 1024 * 1024
_FOLDER = Path(__file__).parent
GRADES: Mapping[int, str] = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
_LABELS = {
    EntryKind.FILED: "已登记",
    EntryKind.ADDED: "您的补充",
    EntryKind.RATED: "您的评价",
    EntryKind.EXTENDED: "延期",
}
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # The address opens the case: it must not travel on with a click.
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}

Kick = Callable[[Sequence[str]], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentParts:
    """What the page is made of."""

    store: Store
    links: CaseLinks
    clock: Clock
    office: str
    kick: Kick


def make_resident_pages(parts: ResidentParts) -> web.Application:
    """The application, to be mounted at ``/r``."""
    pages = _Pages(parts)
    app = web.Application(middlewares=[page_guard(pages, event="resident.failed", headers=_HEADERS)])
    app[MOST_OF_A_FORM] = _BODY
    app.router.add_static("/static", _FOLDER / "static")
    app.router.add_get("/{token}", pages.show)
    app.router.add_get("/{token}/files/{id}", pages.file)
    app.router.add_post("/{token}/rate", pages.rate)
    app.router.add_post("/{token}/add", pages.add)
    return app


class _Pages:
    def __init__(self, parts: ResidentParts) -> None:
        self._parts = parts
        self._store = parts.store
        self._made = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"), autoescape=True, undefined=StrictUndefined
        )
        self._made.filters["at"] = at

    async def show(self, request: web.Request) -> web.Response:
        claim, case = await self._opened(request)
        return await self._page(request, claim, case)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """What staff sent to the filer; nothing else of the case's files."""
        _claim, case = await self._opened(request)
        wanted = request.match_info["id"]
        found = next((each for each in await self._handed(case) if each.id == wanted), None)
        if found is None:
            raise web.HTTPNotFound
        structlog.get_logger().info("resident.file_read", case=case.number, attachment=found.id)
        download = Download(
            name=f"{case.number}-{found.id[:8]}.{ENDINGS.get(found.type, 'bin')}",
            type=found.type,
            size=found.size,
            pieces=self._store.attachments.content(found),
            inline=found.type.startswith("image/"),
        )
        return await downloaded(download, request)

    async def rate(self, request: web.Request) -> web.Response:
        """A grade, and a word: a bad one with a reason has the case handled again."""
        claim, case = await self._opened(request)
        form = await _form(request)
        if form is None:
            return await self._page(request, claim, case, problem=_TOO_LONG)
        grade, words = form.get("grade", ""), form.get("words", "")[:LONGEST]
        if grade not in {str(each) for each in GRADES}:
            return await self._page(request, claim, case, problem="请先选一个评价", words=words)
        if not _may_rate(case):
            return await self._page(request, claim, case, problem="这件事还没有答复，答复后再请您评价")
        return await self._done(request, claim, case, RateCase(number=case.number, grade=int(grade), words=words))

    async def add(self, request: web.Request) -> web.Response:
        claim, case = await self._opened(request)
        form = await _form(request)
        if form is None:
            return await self._page(request, claim, case, problem=_TOO_LONG)
        words = form.get("words", "")
        if not words:
            return await self._page(request, claim, case, problem="请写上要补充的内容")
        if len(words) > LONGEST:
            return await self._page(request, claim, case, problem=_TOO_LONG, more=words)
        return await self._done(request, claim, case, AddToCase(number=case.number, text=words))

    def gone(self) -> web.Response:
        return self._response("gone.html", status=404)

    def failed(self) -> web.Response:
        return self._response("failed.html", status=503)

    async def _opened(self, request: web.Request) -> tuple[Claim, Case]:
        claim = read_token(request.match_info["token"])
        case = None if claim is None else await self._store.cases.get(claim.number)
        now = self._parts.clock()
        if claim is None or case is None or case.accusation or not self._parts.links.holds(claim, case, now):
            # it ended, was taken back, or never was one: which, is not told
            raise web.HTTPNotFound
        return claim, case

    async def _handed(self, case: Case) -> Sequence[Attachment]:
        found = await self._store.attachments.of_case(case.number)
        return [each for each in found if each.by_staff and each.public and each.state is AttachmentState.KEPT]

    async def _done(self, request: web.Request, claim: Claim, case: Case, effect: Effect) -> web.Response:
        """Do it as the filer would in their conversation; the page is shown anew, so that a reload repeats nothing."""
        if not await self._within_the_day(request):
            return await self._page(request, claim, case, problem="今天提交的次数太多了，请明天再来，或直接联系我们")
        filer = case.filer.conversation_id
        conversation = None if filer is None else await self._store.conversations.get(filer)
        if conversation is None:
            return await self._page(request, claim, case, problem="请通过原来的渠道补充或评价")
        now = self._parts.clock()
        try:
            settled = await changes_for(
                [effect], conversation=conversation, store=self._store, now=now, office=self._parts.office
            )
        except EffectRefused:
            return await self._page(request, claim, case, problem="这件事的状态刚刚变了，请看过下面的内容再操作")
        await self._store.committer.commit(settled.changes)
        await self._parts.kick(settled.kick)
        structlog.get_logger().info("resident.did", case=case.number, what=type(effect).__name__)
        return web.Response(status=303, headers={"Location": f"/r/{request.match_info['token']}?done=1"})

    async def _within_the_day(self, request: web.Request) -> bool:
        token = hashlib.sha256(request.match_info["token"].encode()).hexdigest()
        return await self._store.daily.spend(f"link:{token}", most=_A_DAY, now=self._parts.clock())

    async def _page(
        self, request: web.Request, claim: Claim, case: Case, *, problem: str = "", words: str = "", more: str = ""
    ) -> web.Response:
        """``words`` and ``more``: what was written beside a grade or to be added, where it could not be taken."""
        timeline = await self._store.cases.timeline(case.number)
        public = [entry for entry in timeline if entry.public]
        state = next((entry.to_state for entry in reversed(public) if entry.to_state), CaseState.SUBMITTED)
        return self._response(
            "case.html",
            status=422 if problem else 200,
            case=case,
            title=masking.text(case.title, person=case.filer.name),
            state=state,
            steps=[_step(case, entry) for entry in reversed(public)],
            files=[_file(each) for each in await self._handed(case)],
            token=request.match_info["token"],
            ends_at=claim.ends_at,
            grades=GRADES,
            may_rate=_may_rate(case) and state in {CaseState.ANSWERED, CaseState.CLOSED},
            rating_over=not still_counts(case, self._parts.clock()),
            may_add=case.state.is_open,
            done="done" in request.query and not problem,
            problem=problem,
            words=words,
            more=more,
            longest=LONGEST,
        )

    def _response(self, template: str, *, status: int, **values: object) -> web.Response:
        text = self._made.get_template(template).render(office=self._parts.office, **values)
        return web.Response(text=text, content_type="text/html", status=status)


def _step(case: Case, entry: TimelineEntry) -> Mapping[str, object]:
    moved = entry.kind is EntryKind.MOVED and entry.to_state is not None
    label = entry.to_state.label if moved and entry.to_state else _LABELS.get(entry.kind, "办理情况")
    return {"at": entry.at, "label": label, "note": masking.text(entry.note, person=case.filer.name)}


def _file(file: Attachment) -> Mapping[str, object]:
    size = f"{file.size / _MIB:.1f} MB" if file.size >= _MIB else f"{max(1, file.size // 1024)} KB"
    return {"id": file.id, "what": counted(file.kind), "size": size, "at": file.created_at}


def _may_rate(case: Case) -> bool:
    return case.state in {CaseState.ANSWERED, CaseState.CLOSED}


async def _form(request: web.Request) -> Mapping[str, str] | None:
    """The fields that were sent, a new line being one character, as browsers count it; None: more than is read."""
    try:
        sent = await read_form(request)
    except web.HTTPRequestEntityTooLarge:
        return None
    return {name: value.replace("\r\n", "\n").strip() for name, value in sent.items() if isinstance(value, str)}
