"""What a deliver_sm says: a text, a part of one, or the receipt of one of ours."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import smpp34

from channels.messages import ReceiptState
from channels.sms import gsm
from channels.sms.gateway import IncomingText, Part, Report
from channels.sms.smpp_ids import IdForm, plain_id
from channels.sms.smpp_pdu import Tag
from channels.sms.udh import part_of

_HAS_HEADER, _KIND, _RECEIPT, _FROM_PERSON = 0x40, 0x3C, 0x04, 0x00
_DEFAULT = 0
_CODECS: Mapping[int, str] = MappingProxyType(
    {
        0x01: "ascii",
        0x03: "iso-8859-1",
        0x05: "shift_jis",
        0x06: "iso-8859-5",
        0x07: "iso-8859-8",
        0x08: "utf-16-be",
        # As CMPP has it, and gateways that translate from it.
        0x0F: "gb18030",
        # 3GPP TS 23.038: UCS-2 of the general group, with and without a message class.
        0x18: "utf-16-be",
        0x19: "utf-16-be",
        0x1A: "utf-16-be",
        0x1B: "utf-16-be",
    }
)
"""By data_coding (SMPP 3.4, 5.2.19); 2, 4 and what is not here are octets that no phone shows as text."""
_CLASSES_OF_DEFAULT = range(0xF0, 0xF4)
_STATES: Mapping[str, ReceiptState] = MappingProxyType(
    {
        "DELIVRD": ReceiptState.DELIVERED,
        "EXPIRED": ReceiptState.FAILED,
        "DELETED": ReceiptState.FAILED,
        "UNDELIV": ReceiptState.FAILED,
        "REJECTD": ReceiptState.FAILED,
    }
)
"""The words that end a text (appendix B); ENROUTE, ACCEPTD and UNKNOWN end nothing."""
_NUMBERED = {2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 8: "REJECTD"}
_TOLD = re.compile(r"\b(id|stat|err):([0-9A-Za-z._-]{1,65})")
_LONGEST_ID = 65


def is_receipt(delivery: smpp34.DeliverSm) -> bool:
    """Whether it speaks of a text of ours: by its class alone, for anybody can write "id:… stat:DELIVRD"."""
    return (delivery.esm_class & _KIND) == _RECEIPT


def is_from_person(delivery: smpp34.DeliverSm) -> bool:
    """Whether somebody wrote it; else the network says something of its own (5.2.12)."""
    return (delivery.esm_class & _KIND) == _FROM_PERSON


def text_of(delivery: smpp34.DeliverSm, *, id: str, default_codec: str) -> IncomingText:  # noqa: A002 - what it is
    """What somebody wrote. ``default_codec``: what data_coding 0 stands for; "gsm" is the GSM alphabet."""
    octets = content_of(delivery)
    header = octets[: octets[0] + 1] if octets and delivery.esm_class & _HAS_HEADER else b""
    text = _decoded(octets[len(header) :], delivery.data_coding, default_codec)
    return IncomingText(
        id=id,
        sender=_number(delivery),
        text=text or "",
        readable=text is not None,
        part=part_of(header) or _numbered_part(delivery),
    )


def report_of(delivery: smpp34.DeliverSm, form: IdForm) -> Report | None:
    """What became of a text of ours; None where it is not its end, or does not say of which."""
    told = dict(reversed(_TOLD.findall(content_of(delivery).decode("latin-1"))))
    stat = _NUMBERED.get(_number_in(delivery, Tag.MESSAGE_STATE)) or told.get("stat", "").upper()
    given = _octets_in(delivery, Tag.RECEIPTED_MESSAGE_ID).rstrip(b"\0").decode("ascii", "replace")
    provider_id = plain_id((given or told.get("id", ""))[:_LONGEST_ID], form)
    if stat not in _STATES or not provider_id:
        return None
    state = _STATES[stat]
    reason = "" if state is ReceiptState.DELIVERED else " ".join(filter(None, (stat, told.get("err", ""))))
    return Report(state=state, provider_id=provider_id, reason=reason)


def content_of(delivery: smpp34.DeliverSm) -> bytes:
    """The octets of the text, wherever they stand."""
    return bytes(delivery.short_message) or _octets_in(delivery, Tag.MESSAGE_PAYLOAD)


def sameness(delivery: smpp34.DeliverSm) -> bytes:
    """What a repeat has in common with what it repeats, and other texts only by chance.

    References, where they are given, tell equal words apart: the phone's own, and the id that some SMSCs give here.
    """
    given = (_octets_in(delivery, tag) for tag in (Tag.USER_MESSAGE_REFERENCE, Tag.RECEIPTED_MESSAGE_ID))
    told = (delivery.source_addr, delivery.destination_addr, str(delivery.esm_class), str(delivery.data_coding))
    fields = (*(each.encode("utf-8", "surrogatepass") for each in told), *given, content_of(delivery))
    return b"".join(len(each).to_bytes(4, "big") + each for each in fields)


def _decoded(octets: bytes, coding: int, default_codec: str) -> str | None:
    codec = default_codec if coding == _DEFAULT or coding in _CLASSES_OF_DEFAULT else _CODECS.get(coding, "")
    if not codec:
        return None
    if codec == "gsm":
        return gsm.decoded(octets)
    # Half a surrogate pair stands where the sender's phone cut; it finds its other half when all is joined.
    return octets.decode(codec, "surrogatepass" if codec == "utf-16-be" and len(octets) % 2 == 0 else "replace")


def _number(delivery: smpp34.DeliverSm) -> str:
    number = delivery.source_addr
    international = delivery.source_addr_ton == 1 and number.isascii() and number.isdigit()
    return f"+{number}" if international else number


def _numbered_part(delivery: smpp34.DeliverSm) -> Part | None:
    """By the sar_ parameters, where there is no header."""
    reference, total, number = (_number_in(delivery, tag) for tag in (Tag.SAR_REFERENCE, Tag.SAR_TOTAL, Tag.SAR_NUMBER))
    if total > 1 and 1 <= number <= total:
        return Part(reference=reference, number=number, total=total)
    return None


def _number_in(delivery: smpp34.DeliverSm, tag: int) -> int:
    return int.from_bytes(_octets_in(delivery, tag)[:4], "big")


def _octets_in(delivery: smpp34.DeliverSm, tag: int) -> bytes:
    return next((bytes(each.value) for each in delivery.tlvs if each.tag == tag), b"")
