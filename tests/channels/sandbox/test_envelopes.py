"""The crypto and the XML of the sandbox, against other code and against anything."""

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sandbox.crypto import Envelope, signature
from channels.sandbox.envelopes import build, clean, parse, value_of
from channels.sandbox.errors import Unreadable

AES_KEY, APP_ID = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx0123456789abcdef"


def test_the_signature_is_that_of_known_vectors():
    assert signature("AAAAA", "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    assert signature("AAAAA", "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_what_is_sealed_can_be_opened(text):
    envelope = Envelope(APP_ID, AES_KEY)
    assert envelope.open(envelope.seal(text)) == text


def test_other_code_reads_it_and_is_read(kit):
    envelope = Envelope(kit.APP_ID, AES_KEY)
    assert kit.decrypt(envelope.seal("路灯坏了")) == ("路灯坏了", kit.APP_ID)
    assert envelope.open(kit.encrypt("收到")) == "收到"


def test_a_widely_used_library_reads_it_and_is_read():
    from wechatpy.crypto import PrpCrypto

    envelope, other = Envelope(APP_ID, AES_KEY), PrpCrypto(base64.b64decode(AES_KEY + "="))
    assert other.decrypt(envelope.seal("路灯坏了"), APP_ID) == "路灯坏了"
    assert envelope.open(other.encrypt("收到", APP_ID).decode()) == "收到"


@given(st.binary(max_size=200))
def test_nothing_but_unreadable_comes_of_rubbish(data):
    for sealed in (data.decode("latin-1"), base64.b64encode(data).decode()):
        with pytest.raises(Unreadable):
            Envelope(APP_ID, AES_KEY).open(sealed)


@given(st.text(max_size=100))
def test_any_text_survives_the_xml(text):
    # a parser reads every line end as \n; a lone surrogate or control character cannot be written at all
    expected = clean(text).replace("\r\n", "\n").replace("\r", "\n")
    assert value_of(parse(build({"Content": text})), "Content") == expected


@given(st.text(max_size=200))
def test_parsing_rubbish_ends_in_unreadable_or_a_root(text):
    with contextlib.suppress(Unreadable):
        assert parse(text).tag == "xml"


def test_entities_cannot_be_declared():
    with pytest.raises(Unreadable) as refused:
        parse('<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml>&b;</xml>')
    assert refused.value.reason == "doctype"
