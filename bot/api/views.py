"""From records to what the API shows. Lists mask personal data; only reading one case shows it in full."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot import masking
from bot.api import attachment_views
from bot.api.schemas import cases as shown
from bot.api.schemas.conversations import Attempt, Candidate, Conversation, Explained, Message, Way
from bot.api.schemas.deliveries import Delivery, PersonCall
from bot.casework.service import Created
from bot.delivery.reasons import sentence
from channels.messages import Inbound, Kind
from dialogs.explaining import Explanation
from storage.attachment_records import Attachment
from storage.cases import Assignment, Case, CaseState, Filer, TimelineEntry, lawful_moves
from storage.clocks import CaseClock
from storage.records import ArrivedMessage, Call, Considered, DeliveryState, OutboxEntry
from storage.records import Conversation as StoredConversation

_NOT_ARRIVED = frozenset({DeliveryState.FAILED, DeliveryState.DEAD})


def moves(states: Iterable[CaseState]) -> tuple[shown.Move, ...]:
    return tuple(shown.Move(to=state, label=state.label) for state in states)


def brief(case: Case) -> shown.CaseBrief:
    """A case for a list."""
    return shown.CaseBrief(**_facts(case, full=False))


def full(case: Case, *, personal: bool, kept: Sequence[Attachment] = ()) -> shown.CaseFull:
    """One case; ``personal``: with its filer's data as they are. ``kept``: what came with it, also later."""
    return shown.CaseFull(**_whole(case, full=personal, kept=kept))


def created(made: Created) -> shown.CaseCreated:
    return shown.CaseCreated(**_whole(made.case, full=False), query_code=made.code)


def _whole(case: Case, *, full: bool, kept: Sequence[Attachment] = ()) -> dict[str, Any]:
    content = case.content if full else masking.text(case.content, person=case.filer.name)
    return {**_facts(case, full=full), "content": content, "attachments": attachment_views.of_case(case, kept)}


def _facts(case: Case, *, full: bool) -> dict[str, Any]:
    def words(text: str) -> str:
        return text if full else masking.text(text, person=case.filer.name)

    return {
        "id": case.number,
        "number": case.number,
        "state": case.state,
        "state_label": case.state.label,
        "moves": moves(lawful_moves(case.state)),
        "type": case.type,
        "category": case.category,
        "title": words(case.title),
        "place": shown.Place(
            text=words(case.place),
            district=case.district,
            latitude=case.latitude,
            longitude=case.longitude,
        ),
        "since": words(case.since),
        "happened_from": case.happened_from,
        "happened_to": case.happened_to,
        "filer": _filer(case.filer, full=full),
        "anonymous": case.anonymous,
        "confidential": case.confidential,
        "accusation": case.accusation,
        "reply_wanted": case.reply_wanted,
        "urgency": case.urgency,
        "source": shown.Source(
            channel=case.source.channel, account=case.source.account, message_ids=case.source.message_ids
        ),
        "followers": len(case.followers),
        "assignments": tuple(map(_assignment, case.assignments)),
        "clocks": tuple(map(_clock, case.clocks)),
        "due_at": case.next_clock.due_at if case.next_clock else None,
        "satisfaction": case.satisfaction,
        "received_at": case.received_at,
        "created_at": case.created_at,
        "updated_at": case.updated_at,
    }


def _assignment(each: Assignment) -> shown.Assignment:
    return shown.Assignment(
        unit=each.unit,
        unit_id=each.unit_id,
        lead=each.lead,
        at=each.at,
        note=each.note,
        state=each.state,
        due_at=each.due_at,
        done_at=each.done_at,
    )


def _clock(clock: CaseClock) -> shown.Clock:
    return shown.Clock(
        stage=clock.stage,
        limit=str(clock.limit),
        extension=str(clock.extension) if clock.extension else None,
        started_at=clock.started_at,
        warns_at=clock.warns_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        paused=clock.paused,
    )


def _filer(filer: Filer, *, full: bool) -> shown.Filer:
    if full:
        return shown.Filer(
            conversation_id=filer.conversation_id,
            name=filer.name,
            phone=filer.phone,
            id_number=filer.id_number,
            address=filer.address,
            on_behalf_of=filer.on_behalf_of,
        )
    return shown.Filer(
        conversation_id=filer.conversation_id,
        name=masking.name(filer.name),
        phone=masking.phone(filer.phone),
        id_number=masking.id_number(filer.id_number),
        address=masking.address(filer.address),
        on_behalf_of=masking.name(filer.on_behalf_of),
    )


def step(
    entry: TimelineEntry, told: Sequence[OutboxEntry], *, personal: bool, kept: Sequence[Attachment] = ()
) -> shown.Step:
    """One entry of the timeline, with what people were told of it."""
    return shown.Step(
        id=f"{entry.case_number}:{entry.seq}",
        seq=entry.seq,
        at=entry.at,
        actor=shown.Actor(kind=entry.actor.kind, name=entry.actor.name),
        kind=entry.kind,
        from_state=entry.from_state,
        from_label=entry.from_state.label if entry.from_state else None,
        to_state=entry.to_state,
        to_label=entry.to_state.label if entry.to_state else None,
        note=entry.note if personal else masking.text(entry.note),
        public=entry.public,
        attachments=attachment_views.joined(entry.attachments, kept, entry.case_number),
        told=tuple(_told(each, personal=personal) for each in told),
    )


def _told(entry: OutboxEntry, *, personal: bool) -> shown.Told:
    return shown.Told(
        id=entry.id,
        conversation_id=entry.conversation_id,
        text=_said(entry, personal=personal),
        via=entry.via,
        state=entry.state,
        arrived=_arrived(entry.state),
        maybe_twice=entry.maybe_twice,
        at=entry.sent_at or entry.created_at,
        reason=entry.reason,
        channel=entry.address.channel,
        account=entry.address.account,
        decision=_decision(entry.decision),
    )


def _said(entry: OutboxEntry, *, personal: bool) -> str:
    text = masking.told_code(entry.text)
    return text if personal else masking.text(text)


def _arrived(state: DeliveryState) -> bool | None:
    """Only a receipt says that something arrived; a platform that gives none leaves it open."""
    if state is DeliveryState.DELIVERED:
        return True
    return False if state in _NOT_ARRIVED else None


def conversation(stored: StoredConversation) -> Conversation:
    return Conversation(
        id=stored.id,
        channel=stored.address.channel,
        account=stored.address.account,
        reachable=stored.reachable,
        created_at=stored.created_at,
        last_inbound_at=stored.last_inbound_at,
        free_messages_left=stored.grant_left,
        free_until=stored.grant_until,
        consent_version=stored.consent_version,
        consent_at=stored.consent_at,
        contact_id=stored.contact_id or stored.id,
        stopped={purpose.value: stop.at for purpose, stop in stored.stopped.items()},
    )


def incoming(arrived: ArrivedMessage, *, personal: bool) -> Message:
    text = masking.heard_code(_text(arrived.message))
    return Message(
        id=arrived.id,
        direction="in",
        message_id=arrived.message.message_id,
        kind=arrived.message.kind,
        text=text if personal else masking.text(text),
        at=arrived.arrived_at,
        state=arrived.state,
        purpose=None,
        via=None,
        case_number=None,
        maybe_twice=False,
        attempts=(),
        decision=(),
    )


def _text(message: Inbound) -> str:
    """What stands for the message in a transcript: its words, the place's label, the link's title, the event."""
    if message.text:
        return message.text
    if message.location is not None:
        return message.location.label
    if message.link is not None:
        return message.link.title
    return message.event.name.value if message.event is not None else ""


def outgoing(entry: OutboxEntry, *, personal: bool) -> Message:
    return Message(
        id=entry.id,
        direction="out",
        message_id=entry.provider_id or entry.id,
        kind=Kind.TEXT,
        text=_said(entry, personal=personal),
        at=entry.created_at,
        state=entry.state,
        purpose=entry.purpose,
        via=entry.via,
        case_number=entry.case_number,
        maybe_twice=entry.maybe_twice,
        attempts=_attempts(entry),
        decision=_decision(entry.decision),
    )


def _decision(decision: Sequence[Considered]) -> tuple[Way, ...]:
    return tuple(
        Way(
            channel=each.channel,
            account=each.account,
            via=each.via,
            taken=each.taken,
            reason=each.reason,
            sentence=sentence(each.reason),
        )
        for each in decision
    )


def _attempts(entry: OutboxEntry) -> tuple[Attempt, ...]:
    return tuple(
        Attempt(
            at=each.at,
            via=each.via,
            outcome=each.outcome,
            provider_code=each.provider_code,
            decision=_decision(each.decision),
        )
        for each in entry.attempts
    )


def delivery(entry: OutboxEntry) -> Delivery:
    return Delivery(
        id=entry.id,
        conversation_id=entry.conversation_id,
        channel=entry.address.channel,
        account=entry.address.account,
        purpose=entry.purpose,
        state=entry.state,
        reason=entry.reason,
        via=entry.via,
        case_number=entry.case_number,
        created_at=entry.created_at,
        due_at=entry.due_at,
        sent_at=entry.sent_at,
        maybe_twice=entry.maybe_twice,
        attempts=_attempts(entry),
    )


def call(stored: Call) -> PersonCall:
    return PersonCall(
        id=stored.id,
        conversation_id=stored.conversation_id,
        case_number=stored.case_number,
        reason=stored.reason,
        danger=stored.danger,
        state=stored.state,
        at=stored.at,
    )


def explained(found: Explanation) -> Explained:
    return Explained(
        intent=found.intent,
        confidence=found.confidence,
        by=found.by,
        text=found.text,
        ranking=tuple(Candidate(intent=name, confidence=confidence) for name, confidence in found.ranking),
        entities=dict(found.entities),
        form=found.form,
        asked=found.asked,
        slots=dict(found.slots),
        policy=dict(found.policy),
    )
