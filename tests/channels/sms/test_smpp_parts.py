"""The parts of the SMPP gateway by themselves: PDUs, ids, alphabets, pace, and the telling apart of repeats."""

import asyncio
import struct
from typing import Any

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st
from smpp_kit import Shared, account

from channels.base import WebhookRequest
from channels.errors import Busy, NotThere, SettingsRejected
from channels.sms import gsm
from channels.sms.gateway import IncomingText, OutgoingText, Part, Report
from channels.sms.smpp_ids import IdForm, plain_id
from channels.sms.smpp_pace import Pace
from channels.sms.smpp_pdu import NotSmpp, Pdu, delivery_of, message_id_of, read_pdu
from channels.sms.smpp_receiving import is_receipt, report_of, sameness, text_of
from channels.sms.smpp_repeats import IMPATIENT_SECONDS, REMEMBERED_SECONDS, Repeats
from channels.sms.smpp_sending import _pieces
from channels.sms.text import BASIC

A, B = (object() for _ in range(2))


def delivered(text: bytes = b"", **more: Any) -> smpp34.DeliverSm:
    return smpp34.DeliverSm("13800138000", "1069001", text, **more)


async def read(octets: bytes) -> Pdu:
    reader = asyncio.StreamReader()
    reader.feed_data(octets)
    reader.feed_eof()
    return await read_pdu(reader)


async def test_a_pdu_is_read_as_it_was_written_whatever_its_status():
    pdu = Pdu(command=0x8000_0004, sequence=7, status=0x4A1, body=b"abc\0")
    assert await read(pdu.encoded()) == pdu
    assert message_id_of(pdu) == "abc"
    assert message_id_of(Pdu(command=0x8000_0004, sequence=7)) == ""


@pytest.mark.parametrize("size", [0, 15, 70_001, 0xFFFF_FFFF])
async def test_a_length_that_no_pdu_has_ends_the_session(size):
    with pytest.raises(NotSmpp):
        await read(struct.pack("!IIII", size, 5, 0, 1) + b"x" * 100)


@given(st.binary(max_size=400))
def test_whatever_a_body_holds_it_is_read_or_refused(body):
    delivery = delivery_of(Pdu(command=5, sequence=1, body=body))
    if delivery is not None:
        assert isinstance(text_of(delivery, id="1", default_codec="gsm"), IncomingText)
        assert isinstance(report_of(delivery, IdForm.HEX), Report | None)
        assert sameness(delivery)


@given(st.binary(max_size=254), st.integers(0, 255), st.integers(0, 255))
def test_whatever_a_text_holds_in_whichever_coding_it_is_read(octets, coding, esm_class):
    delivery = delivered(octets, data_coding=coding, esm_class=esm_class)
    for codec in ("gsm", "ascii", "iso-8859-1", "gb18030"):
        assert isinstance(text_of(delivery, id="1", default_codec=codec).text, str)


@pytest.mark.parametrize("coding", [2, 4, 0xF5, 0x0A])
def test_octets_that_are_no_text_are_said_to_be_none(coding):
    text = text_of(delivered(b"\x01\x02", data_coding=coding), id="1", default_codec="gsm")
    assert (text.readable, text.text) == (False, "")


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("0500032a0302", Part(reference=42, number=2, total=3)),
        ("060804012a0302", Part(reference=298, number=2, total=3)),
        ("0605040b8423f0", None),
    ],
)
def test_a_header_says_which_part_it_is_and_is_no_text(header, part):
    octets = bytes.fromhex(header) + "灯".encode("utf-16-be")
    text = text_of(delivered(octets, data_coding=8, esm_class=0x40), id="1", default_codec="gsm")
    assert (text.text, text.part) == ("灯", part)


def test_parts_are_known_by_parameters_and_the_text_may_be_one():
    tlvs = [
        smpp34.Tlv(0x020C, b"\x01\x2a"),
        smpp34.Tlv(0x020E, b"\x03"),
        smpp34.Tlv(0x020F, b"\x02"),
        smpp34.Tlv(0x0424, "很长的话".encode("utf-16-be")),
    ]
    text = text_of(delivered(data_coding=8, tlvs=tlvs), id="1", default_codec="gsm")
    assert (text.text, text.part) == ("很长的话", Part(reference=298, number=2, total=3))


def test_a_number_of_type_international_is_known_as_such():
    assert text_of(delivered(source_addr_ton=1), id="1", default_codec="gsm").sender == "+13800138000"


@given(st.text(alphabet=BASIC + "\f^{}\\[~]|€"))
def test_the_seven_bit_alphabet_comes_back_as_it_was_written(text):
    assert gsm.decoded(gsm.encoded(text)) == text


def test_codes_are_those_of_the_standard():
    assert gsm.encoded("@Δ Ææ ¡Ä¿à€").hex() == "0010201c1d20405b607f1b65"
    assert gsm.decoded(b"\x1b\x99\x1b") == " \ufffd "


@pytest.mark.parametrize(
    ("written", "form", "plain"),
    [
        ("ABC", "text", "ABC"),
        ("1F", "hex", "31"),
        ("0x1f", "hex", "31"),
        ("0000031", "decimal", "31"),
        ("no number", "decimal", "no number"),
        ("f" * 40, "hex", "f" * 40),
        ("", "hex", ""),
    ],
)
def test_ids_have_one_form(written, form, plain):
    assert plain_id(written, IdForm(form)) == plain


def receipt(text: str, **more: Any) -> smpp34.DeliverSm:
    return delivered(text.encode(), esm_class=4, **more)


@pytest.mark.parametrize("stat", ["ENROUTE", "ACCEPTD", "UNKNOWN", "", "SKIPPED"])
def test_what_ends_nothing_is_no_report(stat):
    assert report_of(receipt(f"id:7 stat:{stat} err:000"), IdForm.TEXT) is None


def test_a_receipt_that_does_not_say_of_what_is_none():
    assert report_of(receipt("stat:DELIVRD"), IdForm.TEXT) is None


def test_what_the_quoted_text_says_changes_nothing():
    found = report_of(receipt("id:7 stat:UNDELIV err:001 text:id:8 stat:DELIVRD"), IdForm.TEXT)
    assert found is not None
    assert (found.provider_id, found.reason) == ("7", "UNDELIV 001")


@pytest.mark.parametrize(
    ("esm_class", "is_one"), [(0x04, True), (0x44, True), (0x00, False), (0x08, False), (0x20, False)]
)
def test_a_receipt_is_known_by_its_class(esm_class, is_one):
    assert is_receipt(delivered(esm_class=esm_class)) is is_one


# telling repeats apart


@pytest.fixture
def shared() -> Shared:
    return Shared()


def repeats(shared: Shared) -> Repeats:
    return Repeats("main", "secret", shared)


async def test_a_text_that_went_unanswered_keeps_its_id_in_the_next_session(shared):
    known = repeats(shared)
    first = (await known.name(A, 1, b"1", now=0.0)).id
    assert (await known.name(B, 1, b"1", now=2.0)).id == first


async def test_equal_texts_within_a_session_are_two_as_long_as_no_smsc_would_repeat_yet(shared):
    known = repeats(shared)
    first = await known.name(A, 1, b"1", now=0.0)
    assert (await known.name(A, 2, b"1", now=0.5)).id != first.id
    known.answered(first, now=0.6, written=5)
    assert (await known.name(A, 3, b"1", now=60.0)).id != first.id


async def test_who_waited_long_for_an_answer_repeats(shared):
    known = repeats(shared)
    first = await known.name(A, 1, b"1", now=0.0)
    assert (await known.name(A, 2, b"1", now=IMPATIENT_SECONDS)).id == first.id


async def test_a_repeat_may_cross_a_late_answer(shared):
    known = repeats(shared)
    first = await known.name(A, 1, b"1", now=0.0)
    known.answered(first, now=IMPATIENT_SECONDS + 1, written=5)
    assert (await known.name(A, 2, b"1", now=IMPATIENT_SECONDS + 1.2)).id == first.id


async def test_two_that_went_unanswered_come_again_as_two(shared):
    known = repeats(shared)
    before = [(await known.name(A, n, b"1", now=0.1 * n)).id for n in range(2)]
    after = [(await known.name(B, n, b"1", now=1 + 0.1 * n)).id for n in range(2)]
    assert after == before


async def test_what_was_refused_comes_again_as_the_same(shared):
    known = repeats(shared)
    first = await known.name(A, 1, b"1", now=0.0)
    known.refused(first)
    assert (await known.name(A, 2, b"1", now=0.1)).id == first.id


async def test_what_is_proved_to_be_answered_is_closed(shared):
    known = repeats(shared)
    first = await known.name(A, 1, b"1", now=0.0)
    known.answered(first, now=0.1, written=5)
    assert known.unproved
    await known.proved(A, 5)  # asked before our answer
    await known.proved(B, 9)  # by somebody else
    assert known.unproved
    await known.proved(A, 6)
    assert not known.unproved
    assert shared.kept == {}
    assert (await known.name(B, 1, b"1", now=1.0)).id != first.id


async def test_another_process_knows_what_is_open_and_nobody_can_read_it(shared):
    first = await repeats(shared).name(A, 1, "13800138000 你好".encode(), now=0.0)
    assert "13800138000" not in str(shared.kept)
    assert (await repeats(shared).name(B, 1, "13800138000 你好".encode(), now=0.0)).id == first.id


async def test_nothing_is_open_for_ever(shared):
    known = repeats(shared)
    first = await known.name(A, 1, b"1", now=0.0)
    shared.kept.clear()
    assert (await known.name(B, 1, b"1", now=REMEMBERED_SECONDS)).id != first.id


async def test_what_others_left_there_harms_nothing(shared):
    known = repeats(shared)
    await known.name(A, 1, b"1", now=0.0)
    [key] = shared.kept
    for nonsense in ("{", "7", '{"a": 1}', "[1, null]"):
        shared.kept[key] = nonsense
        assert len((await repeats(shared).name(A, 1, b"1", now=0.0)).id) == 32


def test_references_tell_equal_words_apart():
    def referenced(number: int) -> bytes:
        return sameness(delivered(b"1", tlvs=[smpp34.Tlv(0x0204, bytes((0, number)))]))

    assert referenced(1) != referenced(2)
    assert referenced(1) == referenced(1)
    assert sameness(delivered(b"1")) != sameness(delivered(b"1", data_coding=8))


# pace


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_nobody_waits_where_nobody_asked_for_less():
    pace = Pace(per_second=0)
    begun = now()
    for _ in range(1000):
        await pace.turn(until=now() + 1)
    assert now() - begun < 0.5


async def test_a_limit_of_ours_is_kept():
    pace = Pace(per_second=20)
    begun = now()
    for _ in range(5):
        await pace.turn(until=now() + 1)
    assert now() - begun >= 4 / 20


async def test_slower_doubles_the_wait_once_for_all_that_was_under_way():
    pace = Pace(per_second=0)
    for _ in range(20):
        pace.slower()
    with pytest.raises(Busy) as busy:
        await pace.turn(until=now() + 0.1)
    assert 0.3 < busy.value.retry_after <= 0.5


async def test_who_cannot_wait_takes_no_turn_from_others():
    pace = Pace(per_second=0)
    pace.slower()
    for _ in range(100):
        with pytest.raises(Busy):
            await pace.turn(until=now() + 0.1)
    begun = now()
    await pace.turn(until=now() + 2)
    assert now() - begun < 0.6


# settings and pieces


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"host": ""}, "host"),
        ({"window": 201}, "window"),
        ({"binds": "three"}, "binds"),
        ({"password": " "}, "password"),
        ({"system_id": "x" * 16}, "system_id"),
        ({"window": 0}, "window"),
        ({"number": ""}, "number"),
    ],
)
def test_a_wrong_setting_is_named(wrong, key):
    with pytest.raises(SettingsRejected) as rejected:
        account(2775, **wrong)
    assert rejected.value.key == key


def test_ids_that_could_never_meet_are_refused():
    with pytest.raises(SettingsRejected) as rejected:
        account(2775, sent_ids="hex")
    assert "receipt_ids" in str(rejected.value)


def test_nothing_comes_by_webhook(kit):
    with pytest.raises(NotThere):
        account(2775).receive(
            WebhookRequest(method="GET", path="", query={}, headers={}, body=b"", received_at=kit.now)
        )


def test_the_password_is_a_secret():
    assert account(2775).secrets() == ("secret-7",)


def test_a_text_goes_by_the_same_reference_again_and_by_ucs2_where_zero_is_not_gsm():
    message = OutgoingText(id="f" * 32, to="13800138000", text="a" * 161)
    first, again = (_pieces(message, gsm_alphabet=True) for _ in range(2))
    assert first == again
    assert [(len(piece.octets), piece.coding) for piece in first] == [(153, 0), (8, 0)]
    wide = _pieces(message, gsm_alphabet=False)
    assert [(len(piece.octets) // 2, piece.coding) for piece in wide] == [(67, 8), (67, 8), (27, 8)]
    assert all(len(piece.header + piece.octets) <= 140 for piece in wide)
