"""Contacts over HTTP: who is one person, joining two, and taking that back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import structlog

from bot import masking
from bot.api import views
from bot.api.operations import AnyOperation, Call, NoBody, NoQuery, Operation
from bot.api.problems import Problem, ProblemKind, invalid_field, not_found
from bot.api.schemas.contacts import ContactBrief, ContactEvent, ContactFull, ContactQuery, MergeIn, UnmergeIn
from bot.api.seen import hidden_from
from bot.api.shapes import Page
from bot.api.tokens import Caller, Scope
from bot.casework.contacts import ContactBook, NoSuchContact, NothingToUndo, Person, SameContact
from channels.sms.numbers import NotANumber, canonical
from storage.contacts import Contact
from storage.errors import BadCursor
from storage.records import Conversation
from storage.store import Store

_TAG = "联系人"
_ONE = "/contacts/{id}"
_CHANGED = (ProblemKind.NOT_FOUND, ProblemKind.CONFLICT)


class ContactRoutes:
    """The operations below ``/v1/contacts``."""

    def __init__(self, *, store: Store, book: ContactBook) -> None:
        self._store = store
        self._book = book

    def operations(self) -> tuple[AnyOperation, ...]:
        return (*self._reading(), *self._joining())

    def _reading(self) -> tuple[AnyOperation, ...]:
        return (
            Operation(
                id="listContacts",
                method="GET",
                path="/contacts",
                tag=_TAG,
                summary="列出联系人，新的在前；给出 phone 时只查绑定了它的那一位",
                query=ContactQuery,
                body=NoBody,
                answer=Page[ContactBrief],
                handler=self.list,
            ),
            Operation(
                id="readContact",
                method="GET",
                path=_ONE,
                tag=_TAG,
                summary="查看一位联系人：有哪些会话，怎样合到一起的",
                query=NoQuery,
                body=NoBody,
                answer=ContactFull,
                handler=self.read,
                problems=(ProblemKind.NOT_FOUND,),
            ),
        )

    def _joining(self) -> tuple[AnyOperation, ...]:
        return (
            Operation(
                id="mergeContacts",
                method="POST",
                path=f"{_ONE}/merge",
                tag=_TAG,
                summary="把另一位联系人并入这一位；两边的记录都保留，可以撤销",
                query=NoQuery,
                body=MergeIn,
                answer=ContactFull,
                handler=self.merge,
                problems=_CHANGED,
            ),
            Operation(
                id="unmergeContact",
                method="POST",
                path=f"{_ONE}/unmerge",
                tag=_TAG,
                summary="撤销最近一次合并或绑定，各归各位",
                query=NoQuery,
                body=UnmergeIn,
                answer=ContactFull,
                handler=self.unmerge,
                problems=_CHANGED,
            ),
        )

    async def list(self, call: Call[ContactQuery, NoBody]) -> Page[ContactBrief]:
        query = call.query
        if query.phone is not None:
            found = await self._of_phone(query.phone)
            return Page(items=await self._briefly(call.caller, [] if found is None else [found]))
        try:
            page = await self._store.conversations.list(limit=query.limit, cursor=query.cursor, founding=True)
        except BadCursor:
            raise invalid_field("cursor", "不是本接口给出的 next_cursor") from None
        people = [await self._person(each) for each in page.items]
        return Page(items=await self._briefly(call.caller, people), next_cursor=page.next_cursor)

    async def read(self, call: Call[NoQuery, NoBody]) -> ContactFull:
        person = await self._read(call.caller, call.path["id"])
        structlog.get_logger().info("api.contact_read", contact=person.contact.id, by=call.caller.name)
        return _full(person)

    async def merge(self, call: Call[NoQuery, MergeIn]) -> ContactFull:
        call.require(Scope.PERSONAL)
        key, body = call.path["id"], call.body
        await self._read(call.caller, key)
        if await self._known(call.caller, body.other) is None:
            raise invalid_field("other", "没有这位联系人")
        try:
            joined = await self._book.merge(key, body.other, by=call.caller.name, reason=body.reason)
        except NoSuchContact:
            raise _none() from None
        except SameContact:
            raise invalid_field("other", "已经是同一位联系人") from None
        return await self._changed(call.caller, joined)

    async def unmerge(self, call: Call[NoQuery, UnmergeIn]) -> ContactFull:
        call.require(Scope.PERSONAL)
        await self._read(call.caller, call.path["id"])
        try:
            parted = await self._book.unmerge(call.path["id"], by=call.caller.name, reason=call.body.reason)
        except NoSuchContact:
            raise _none() from None
        except NothingToUndo:
            raise Problem(ProblemKind.CONFLICT, "没有可以撤销的合并") from None
        return await self._changed(call.caller, parted)

    async def _read(self, caller: Caller, key: str) -> Person:
        person = await self._known(caller, key)
        if person is None:
            raise _none()
        return person

    async def _known(self, caller: Caller, key: str) -> Person | None:
        try:
            return await self._seen(caller, await self._book.read(key))
        except NoSuchContact:
            return None

    async def _seen(self, caller: Caller, person: Person) -> Person | None:
        """The person without what only the discipline role may know of; None: there is nothing besides."""
        hidden = await hidden_from(self._store, caller, [each.id for each in person.conversations])
        if not hidden:
            return person
        left = [each for each in person.conversations if each.id not in hidden]
        events = [each for each in person.events if each.conversation_id not in hidden]
        return replace(person, conversations=left, events=events) if left else None

    async def _changed(self, caller: Caller, parted: Person) -> ContactFull:
        """What ``caller`` may know of a contact that was changed."""
        seen = await self._seen(caller, parted)
        if seen is None:
            raise _none()
        return _full(seen)

    async def _briefly(self, caller: Caller, people: Iterable[Person]) -> Sequence[ContactBrief]:
        seen = [await self._seen(caller, person) for person in people]
        return [_brief(person) for person in seen if person is not None]

    async def _person(self, founding: Conversation) -> Person:
        if founding.contact_id is not None:
            return await self._book.read(founding.id)
        alone = Contact(id=founding.id, created_at=founding.created_at)
        return Person(contact=alone, conversations=[founding], events=())

    async def _of_phone(self, phone: str) -> Person | None:
        try:
            contact = await self._store.contacts.of_phone(canonical(phone))
        except NotANumber:
            return None
        return None if contact is None else await self._book.read(contact.id)


def _none() -> Problem:
    return not_found("没有这位联系人")


def _brief(person: Person) -> ContactBrief:
    return ContactBrief(
        id=person.contact.id,
        phone=masking.phone(person.contact.phone),
        phone_proved_at=person.contact.phone_proved_at,
        created_at=person.contact.created_at,
        conversations=tuple(views.conversation(each) for each in person.conversations),
    )


def _full(person: Person) -> ContactFull:
    events = tuple(
        ContactEvent(
            id=each.id,
            at=each.at,
            kind=each.kind,
            by=each.by,
            reason=each.reason,
            conversation_id=each.conversation_id,
            message_id=each.message_id,
            details=dict(each.details),
            undone=each.undone,
        )
        for each in person.events
    )
    return ContactFull(**dict(_brief(person)), events=events)
