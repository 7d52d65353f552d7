"""Cases and their timelines as documents and back.

Whatever tells of the filer or of the matter lies in one sealed part; readable are the facts that lists are
filtered by. The filer's phone has a deterministic twin besides, to be found again by.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import phonenumbers

from storage.aftercare import survey_document, survey_of, visit_document, visit_of
from storage.case_waits import waits_of
from storage.cases import (
    Actor,
    ActorKind,
    Assignment,
    AssignmentState,
    Case,
    CaseAttachment,
    CaseState,
    EntryKind,
    Filer,
    Source,
    TimelineEntry,
)
from storage.clocks import clock_document, clock_of
from storage.driver import Document
from storage.personal_data import Vault

CASES = "cases"
TIMELINE = "timeline"

_AS_THEY_ARE = (
    "version",
    "last_seq",
    "type",
    "category",
    "district",
    "urgency",
    "anonymous",
    "confidential",
    "accusation",
    "reply_wanted",
    "satisfaction",
    "desk",
    "links_taken_back",
    "reopened",
    "merged_into",
    "erased",
    "created_at",
    "received_at",
    "updated_at",
)
_SEALED = ("title", "content", "place", "latitude", "longitude", "since")
_DAYS = ("happened_from", "happened_to")
"""Sealed as well; cases filed by an earlier version have none."""
_MOMENTS = ("at", "done_at", "due_at")
_LATER_MOMENTS = ("warns_at", "told_at")
"""Written where they are set alone: a process of an earlier version knows no such names."""
_PHONE = "phone"
_HOME_REGION = "CN"


def case_to_document(case: Case, vault: Vault) -> Document:
    place = f"{CASES}/sealed/{case.number}"
    phone = phone_key(case.filer.phone)
    next_clock = case.next_clock
    return {
        "_id": case.number,
        "state": case.state.value,
        "channel": case.source.channel,
        "account": case.source.account,
        "filer_conversation": case.filer.conversation_id,
        "followers": list(case.followers),
        "parties": _parties(case),
        "phone": vault.lookup(phone, _PHONE) if phone else None,
        "sealed": vault.seal_json(_sealed(case), place),
        "open": case.state.is_open,
        "units": list(case.units),
        "clocks": [clock_document(clock) for clock in case.clocks],
        "warns_at": next_clock.warns_at if next_clock else None,
        "due_at": next_clock.due_at if next_clock else None,
        "alarm_at": case.alarm_at,
        "dated": [
            {"unit": each.unit_id, "warns_at": each.warns_at or each.due_at, "due_at": each.due_at}
            for each in case.dated
        ],
        "survey": survey_document(case.survey),
        "visit": visit_document(case.visit),
        "visit_due": case.visit_due,
        "asks": list(case.asks),
        "waits": [wait.value for wait in waits_of(case)],
        **{name: getattr(case, name) for name in _AS_THEY_ARE},
    }


def case_from_document(document: Mapping[str, Any], vault: Vault) -> Case:
    number = document["_id"]
    sealed = vault.open_json(document["sealed"], f"{CASES}/sealed/{number}")
    return Case(
        number=number,
        state=CaseState(document["state"]),
        source=Source(
            channel=document["channel"], account=document["account"], message_ids=tuple(sealed["message_ids"])
        ),
        filer=Filer(conversation_id=document["filer_conversation"], **sealed["filer"]),
        followers=tuple(document["followers"]),
        attachments=_attachments(sealed["attachments"]),
        assignments=tuple(map(_assignment, sealed["assignments"])),
        **{name: sealed[name] for name in _SEALED},
        happened_from=_day(sealed.get("happened_from")),
        happened_to=_day(sealed.get("happened_to")),
        clocks=tuple(map(clock_of, document.get("clocks", ()))),
        survey=survey_of(document.get("survey")),
        visit=visit_of(document.get("visit")),
        asks=tuple(document.get("asks", ())),
        # What a case filed by an earlier version lacks is as its default.
        **{name: document[name] for name in _AS_THEY_ARE if name in document},
    )


def entry_to_document(entry: TimelineEntry, vault: Vault) -> Document:
    """Make the document of an entry that has its number and its place in the timeline."""
    key = f"{entry.case_number}:{entry.seq}"
    sealed = {
        "name": entry.actor.name,
        "note": entry.note,
        "attachments": [asdict(each) for each in entry.attachments],
    }
    return {
        "_id": key,
        "case_number": entry.case_number,
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor.kind.value,
        "kind": entry.kind.value,
        "from_state": entry.from_state and entry.from_state.value,
        "to_state": entry.to_state and entry.to_state.value,
        "public": entry.public,
        "sealed": vault.seal_json(sealed, f"{TIMELINE}/sealed/{key}"),
        # Not written where there is none: the index that keeps it single holds only those that have one.
        **({"once": entry.actor.once} if entry.actor.once else {}),
    }


def entry_from_document(document: Mapping[str, Any], vault: Vault) -> TimelineEntry:
    sealed = vault.open_json(document["sealed"], f"{TIMELINE}/sealed/{document['_id']}")
    return TimelineEntry(
        case_number=document["case_number"],
        seq=document["seq"],
        at=document["at"],
        actor=Actor(kind=ActorKind(document["actor"]), name=sealed["name"]),
        kind=EntryKind(document["kind"]),
        from_state=_state(document["from_state"]),
        to_state=_state(document["to_state"]),
        note=sealed["note"],
        public=document["public"],
        attachments=_attachments(sealed["attachments"]),
    )


def phone_key(phone: str) -> str:
    """Give the one written form of a phone number ("+8613800138000"); of what is none, its letters and digits."""
    try:
        parsed = phonenumbers.parse(phone, _HOME_REGION)
    except phonenumbers.NumberParseException:
        return "".join(filter(str.isalnum, phone))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def phone_twins(phone: str, vault: Vault) -> list[bytes]:
    """Give every twin that ``phone`` may lie under, from before and after a change of keys."""
    return vault.lookups(phone_key(phone), _PHONE)


def _parties(case: Case) -> list[str]:
    """Whose cases list shows this one: the filer's and the followers'."""
    filer = [case.filer.conversation_id] if case.filer.conversation_id else []
    return list(dict.fromkeys([*filer, *case.followers]))


def _sealed(case: Case) -> Document:
    filer = asdict(case.filer)
    del filer["conversation_id"]
    return {
        "filer": filer,
        "message_ids": case.source.message_ids,
        "attachments": [asdict(each) for each in case.attachments],
        "assignments": [_assignment_document(each) for each in case.assignments],
        **{name: getattr(case, name) for name in _SEALED},
        **{name: day.isoformat() for name in _DAYS if (day := getattr(case, name))},
    }


def _day(kept: str | None) -> date | None:
    return date.fromisoformat(kept) if kept else None


def _attachments(values: list[Mapping[str, str]]) -> tuple[CaseAttachment, ...]:
    return tuple(CaseAttachment(**each) for each in values)


def _assignment_document(assignment: Assignment) -> Document:
    every = (*_MOMENTS, *_LATER_MOMENTS)
    moments = {name: value.isoformat() for name in every if (value := getattr(assignment, name))}
    plain = {name: value for name, value in asdict(assignment).items() if name not in every}
    return {**plain, **dict.fromkeys(_MOMENTS), **moments, "state": assignment.state.value}


def _assignment(value: Mapping[str, Any]) -> Assignment:
    every = (*_MOMENTS, *_LATER_MOMENTS)
    moments = {name: datetime.fromisoformat(at) if (at := value.get(name)) else None for name in every}
    known = {name: value[name] for name in Assignment.__dataclass_fields__ if name in value}
    return Assignment(**{**known, **moments, "state": AssignmentState(value.get("state", AssignmentState.OPEN))})


def _state(value: str | None) -> CaseState | None:
    return None if value is None else CaseState(value)
