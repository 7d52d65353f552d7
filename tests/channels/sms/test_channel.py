"""What the channel does for every gateway, tried with one that does nothing."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sms_kit import NOW, Kit

from channels.base import Channel, WebhookResponse
from channels.errors import Malformed
from channels.messages import Kind, ReceiptState, Sent, Via
from channels.sms.channel import SmsChannel
from channels.sms.gateway import Gateway, IncomingText, OutgoingText, Part, Received, Report
from channels.sms.settings import SmsSettings


@dataclass
class Played:
    """A gateway of our own: ``received`` is what comes in, ``sent`` what went out."""

    received: Received = field(default_factory=Received)
    sent: list[OutgoingText] = field(default_factory=list)
    free_text: bool = True
    notices: frozenset[str] = frozenset()
    acknowledged: bool = False

    def receive(self, _request):
        return self.received

    async def send(self, message):
        self.sent.append(message)
        return Sent(provider_id="9")

    async def run(self, take):
        await take(self.received)
        self.acknowledged = True

    async def check(self):
        return ["不对"]

    def secrets(self):
        return ("secret",)

    async def aclose(self):
        return


@pytest.fixture
def gateway():
    return Played()


@pytest.fixture
def channel(gateway):
    settings = SmsSettings(provider="kannel", sign="某市信访局")
    return SmsChannel("main", settings, gateway, clock=lambda: NOW)


def text(**given):
    return IncomingText(**{"id": "1", "sender": "+8613800138000", "text": "你好"} | given)


def test_the_contracts_are_fulfilled(channel, gateway):
    assert isinstance(channel, Channel)
    assert isinstance(gateway, Gateway)
    assert isinstance(Kit().channel()._gateway, Gateway)


def test_what_a_gateway_brings_becomes_what_all_packages_know(channel, gateway):
    earlier = NOW - timedelta(seconds=9)
    gateway.received = Received(
        texts=[text(), text(id="2", sent_at=earlier), text(id="3", readable=False), text(id="4", text="半\ud83d个")],
        reports=[Report(state=ReceiptState.FAILED, provider_id="7", reason="x" * 200)],
        answer=WebhookResponse(body=b'{"code":0}'),
    )
    arrival = channel.receive(Kit().call({}))
    assert [message.message_id for message in arrival.messages] == ["1", "2", "3", "4"]
    assert [message.sent_at for message in arrival.messages] == [NOW, earlier, NOW, NOW]
    assert {message.address.sender for message in arrival.messages} == {"13800138000"}
    assert [message.kind for message in arrival.messages][2:] == [Kind.UNKNOWN, Kind.TEXT]
    arrival.messages[3].text.encode()
    [receipt] = arrival.receipts
    assert (receipt.provider_id, len(receipt.reason), receipt.at) == ("7", 64, NOW)
    assert channel.respond(arrival, None).body == b'{"code":0}'


def test_parts_stay_apart_with_whatever_stands_at_their_ends(channel, gateway):
    gateway.received = Received(texts=[text(text="笑\ud83d", part=Part(reference=258, number=1, total=2))])
    arrival = channel.receive(Kit().call({}))
    [part] = arrival.parts
    assert arrival.messages == ()
    assert (part.reference, part.number, part.total, part.inbound.text) == ("258", 1, 2, "笑\ud83d")
    assert part.inbound.address.sender == "13800138000"


async def test_what_comes_over_a_bind_is_taken_before_it_is_acknowledged(channel, gateway):
    gateway.received = Received(texts=[text()])
    taken = []

    async def take(arrival):
        assert not gateway.acknowledged
        taken.append(arrival)

    await channel.run(take)
    assert gateway.acknowledged
    assert taken[0].messages[0].received_at == NOW


async def test_what_could_not_be_kept_is_not_acknowledged(channel, gateway):
    async def take(_arrival):
        raise OSError

    with pytest.raises(OSError):
        await channel.run(take)
    assert not gateway.acknowledged


def test_a_sender_that_is_none_is_refused(channel, gateway):
    gateway.received = Received(texts=[text(sender="小明")])
    with pytest.raises(Malformed):
        channel.receive(Kit().call({}))


def test_one_sender_that_is_none_does_not_cost_the_others_their_texts(channel, gateway):
    gateway.received = Received(texts=[text(sender="小明"), text(id="2")])
    assert [message.message_id for message in channel.receive(Kit().call({})).messages] == ["2"]


async def test_what_is_of_no_use_is_not_brought_for_ever(channel, gateway):
    gateway.received = Received(texts=[text(sender="小明")])

    async def take(_arrival):
        raise AssertionError

    await channel.run(take)
    assert gateway.acknowledged


def test_a_text_is_shown_with_the_signature_that_is_counted(channel):
    shown = channel.capabilities.signed("停水通知")
    assert shown == "【某市信访局】停水通知"
    assert channel.capabilities.signed(shown) == shown, "never twice"


async def test_a_gateway_is_given_the_text_with_and_without_its_signature(channel, gateway):
    sent = await channel.send(
        Kit().outbound(" 您好 ", to="+86 138 0013 8000", notice="progress", fields={"number": "WF1"})
    )
    [outgoing] = gateway.sent
    assert sent.provider_id == "9"
    assert (outgoing.to, outgoing.text, outgoing.body) == ("13800138000", "【某市信访局】您好", "您好")
    assert (outgoing.notice, outgoing.fields) == ("progress", {"number": "WF1"})


def test_a_gateway_of_templates_alone_says_so(channel, gateway):
    gateway.free_text, gateway.notices = False, frozenset({"progress"})
    told = channel.capabilities
    assert (told.free_text, told.notices, told.ways) == (False, frozenset({"progress"}), (Via.SMS,))


async def test_checks_and_secrets_are_the_gateways(channel):
    assert await channel.check() == ["不对"]
    assert channel.secrets() == ("secret",)
    await channel.aclose()
