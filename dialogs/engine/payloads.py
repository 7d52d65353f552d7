"""``/intent{"entity": "value"}``: what a button sends, read without an interpreter."""

import json
import re
from typing import Any

from .contract import Entity, IntentScore, Message, Parse
from .domain import Domain
from .events import Event

# Rasa's own pattern: what follows the entities, or cannot be read as such, is passed over.
_PAYLOAD = re.compile(r"/(?P<intent>[^{@]+)(?:@(?P<confidence>[0-9.]+))?(?P<entities>\{.+\})?")
# As many candidates as anybody looks at; the state keeps them.
_RANKED = 3


def read_payload(text: str, domain: Domain) -> Parse | None:
    """What a payload means; None where the text is none, or names an intent the domain does not have."""
    found = _PAYLOAD.match(text.strip())
    if found is None:
        return None
    intent = found["intent"].strip()
    if intent.split("/", 1)[0] not in domain.intents:
        return None
    confidence = _confidence(found["confidence"])
    return Parse(
        intent=intent,
        confidence=confidence,
        entities=_entities(found, domain),
        ranking=(IntentScore(name=intent, confidence=confidence),),
    )


def _confidence(written: str | None) -> float:
    """At most 1; what is no number counts as 0, as with Rasa."""
    try:
        return 1.0 if written is None else min(1.0, float(written))
    except ValueError:
        return 0.0


def _entities(found: re.Match[str], domain: Domain) -> tuple[Entity, ...]:
    """The entities the domain knows; a list holds several values of one. Broken JSON holds none."""
    start, end = found.span("entities")
    try:
        named = json.loads(found["entities"] or "{}")
    except (ValueError, RecursionError):
        return ()
    if not isinstance(named, dict):
        return ()
    return tuple(
        Entity(entity=name, value=value, start=start, end=end, extractor="payload")
        for name, values in named.items()
        if name in domain.entities
        for value in (values if isinstance(values, list) else [values])
    )


def user_event(message: Message, parse: Parse) -> Event:
    """The ``user`` event of a message, with its parse data as actions expect them."""
    text = (message.text or message.payload).strip()
    return {
        "event": "user",
        "text": text,
        "input_channel": message.channel,
        "message_id": message.id,
        "metadata": dict(message.metadata),
        "timestamp": message.at.timestamp(),
        "parse_data": {
            "text": text,
            "intent": _intent(parse),
            "entities": [_entity(entity) for entity in parse.entities],
            "intent_ranking": [{"name": s.name, "confidence": s.confidence} for s in parse.ranking[:_RANKED]],
            "message_id": message.id,
            "metadata": dict(message.metadata),
            **({"by": parse.by} if parse.by else {}),
        },
    }


def _intent(parse: Parse) -> dict[str, Any]:
    if parse.intent is None:
        return {"name": None, "confidence": 0.0}
    base = parse.intent.split("/", 1)[0]
    full = {} if base == parse.intent else {"full": parse.intent}
    return {"name": base, "confidence": parse.confidence, **full}


def _entity(entity: Entity) -> dict[str, Any]:
    found = {
        "entity": entity.entity,
        "value": entity.value,
        "role": entity.role,
        "group": entity.group,
        "start": entity.start,
        "end": entity.end,
        "extractor": entity.extractor or None,
    }
    return {key: value for key, value in found.items() if value is not None or key == "value"}
