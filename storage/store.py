"""The store: all repositories over one database, and the committer by which they change together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from storage.api_tokens import ApiTokens
from storage.attachments import Attachments
from storage.audience import Audience
from storage.audit import Audit, AuditLine
from storage.bookings import Bookings
from storage.broadcast_ledger import Ledger
from storage.broadcasts import Broadcasts
from storage.calls import Calls
from storage.case_repository import Cases, Clockwork, no_clocks
from storage.case_search import CaseSearch
from storage.code_tries import CodeTries
from storage.commit import Change, Committer
from storage.contacts import Contacts
from storage.conversations import Conversations
from storage.daily_counts import DailyCounts, MonthlyTurns
from storage.driver import Database
from storage.edits import Edits
from storage.erasure import Erasure
from storage.inbox import Inbox
from storage.leaving import Leaving
from storage.message_parts import MessageParts
from storage.migrations import migrate
from storage.numbers import Numbers
from storage.outbox import Outbox
from storage.personal_data import Vault
from storage.places import Places
from storage.publications import Publications
from storage.pulses import Pulses
from storage.saved_views import SavedViews
from storage.send_counts import SendCounts
from storage.staff import Sessions, Staff
from storage.steady_clock import SteadyClock
from storage.unanswered import Questions
from storage.units import Units
from storage.waiting_replies import WaitingReplies


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What is kept. Each repository gives changes; ``committer`` makes them take effect."""

    database: Database
    vault: Vault
    committer: Committer
    inbox: Inbox
    conversations: Conversations
    contacts: Contacts
    counts: SendCounts
    code_tries: CodeTries
    outbox: Outbox
    waiting: WaitingReplies
    cases: Cases
    numbers: Numbers
    calls: Calls
    parts: MessageParts
    attachments: Attachments
    leaving: Leaving
    daily: DailyCounts
    monthly: MonthlyTurns
    units: Units
    staff: Staff
    sessions: Sessions
    audit: Audit
    broadcasts: Broadcasts
    ledger: Ledger
    audience: Audience
    edits: Edits
    questions: Questions
    search: CaseSearch
    views: SavedViews
    erasure: Erasure
    tokens: ApiTokens
    publications: Publications
    pulses: Pulses
    bookings: Bookings
    places: Places
    clock: SteadyClock

    @classmethod
    async def open(
        cls, database: Database, vault: Vault, number_prefix: str = "WF", clockwork: Clockwork = no_clocks
    ) -> Self:
        """Bring ``database`` up to date and open it; ``number_prefix`` begins case numbers, ``clockwork`` sets clocks.

        Raises:
            StorageError: the database is away or refused.
            ValueError: ``number_prefix`` is not 1 to 6 letters.
        """
        numbers, committer = Numbers(database, vault, prefix=number_prefix), Committer(database)
        calls, attachments, audit = Calls(database, vault), Attachments(database, vault), Audit(database, vault)
        clock = await _brought_up_to_date(database)
        return cls(
            database=database,
            vault=vault,
            committer=committer,
            inbox=Inbox(database, vault, clock_ns=clock.now_ns),
            conversations=Conversations(database, vault),
            contacts=Contacts(database, vault),
            counts=SendCounts(database),
            code_tries=CodeTries(database),
            outbox=Outbox(database, vault),
            waiting=WaitingReplies(database, vault, committer),
            cases=Cases(database, vault, clockwork),
            numbers=numbers,
            calls=calls,
            parts=MessageParts(database, vault),
            attachments=attachments,
            leaving=Leaving(database, attachments=attachments, calls=calls),
            daily=DailyCounts(database),
            monthly=MonthlyTurns(database),
            units=Units(database, audit, committer),
            staff=Staff(database, vault),
            sessions=Sessions(database),
            audit=audit,
            broadcasts=Broadcasts(database, vault),
            ledger=Ledger(database, vault),
            audience=Audience(database, Conversations(database, vault)),
            edits=Edits(database, vault, audit, committer),
            questions=Questions(database, vault),
            search=CaseSearch(database, vault),
            views=SavedViews(database, vault),
            erasure=Erasure(database, vault),
            tokens=ApiTokens(database, vault),
            publications=Publications(database, vault),
            pulses=Pulses(database),
            bookings=Bookings(database, vault),
            places=Places(database),
            clock=clock,
        )

    async def audited(self, changes: Sequence[Change], *lines: AuditLine) -> None:
        """Make ``changes`` take effect together with the ``lines`` that tell of them: neither without the other.

        Raises:
            Conflict, AlreadyThere: a change does not hold any more, or was made before; there is no line of it.
            StorageAway: not known to be applied.
        """
        await self.audit.add_with(changes, *lines, committer=self.committer)


async def _brought_up_to_date(database: Database) -> SteadyClock:
    clock = SteadyClock()
    await clock.look(database)
    await migrate(database, at=clock.now())
    return clock
