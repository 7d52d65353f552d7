"""Every parser of bytes from outside, by name: how it is called, what it may raise, and something well-formed to bend."""

import asyncio
import base64
import io
import json
import struct
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self
from unittest import mock
from urllib.parse import quote_from_bytes, urlencode

import tink
import weibo_kit
from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request
from bent_bytes import zipped
from cloud_kit import ALIYUN_ACCOUNT, TENCENT_ACCOUNT
from sms_kit import KEY, Kit

from bot.access.staff_table import lines_in
from bot.api import app as api_app
from bot.api import reading, transcript, uploads
from bot.api.problems import Problem
from bot.api.shapes import Body, Query
from bot.casework.links import read_token
from bot.cli.category_file import FileRefused, read_rows
from bot.cli.errors import NotDone
from bot.cli.evaluate_dialog import read_all
from bot.cli.evaluate_faq import FileRefused as FaqFileRefused
from bot.cli.evaluate_faq import read_corpus
from bot.cli.intent_file import IntentFileRefused, read_intent_file
from bot.cli.wechat import read_menu
from bot.console.cases.searches import Searches
from bot.console.counter import receipts
from bot.editing.place_table import places_in
from bot.phone import links as phone_links
from bot.rasa_client import RasaAway, RasaClient
from bot.settings import load
from bot.settings_sources import SettingsError
from bot.tables import TableRefused, read_table, write_xlsx
from channels import media_types
from channels.base import Tools, WebhookRequest
from channels.errors import SendFailed, WebhookRefused
from channels.messages import Address, Inbound, Kind, Receipt, ReceiptState
from channels.sandbox.crypto import Envelope, signature
from channels.sms import cloud_calls, gsm, smpp_pdu, smpp_receiving, smpp_repeats, udh
from channels.sms.smpp_ids import IdForm
from channels.wechat import factory as wechat_factory
from channels.wechat import tokens as wechat_tokens
from channels.wechat import transport as wechat_transport
from channels.weibo import factory as weibo_factory
from channels.weibo import transport as weibo_transport
from dialogs.checking.check import check_dialogs
from dialogs.engine.bot import load_bot
from dialogs.engine.errors import BotRefused
from dialogs.engine.payloads import read_payload
from dialogs.evaluating.script import ScriptRefused
from dialogs.faq import tables as faq_tables
from dialogs.faq.answers import AnswersRefused, load_answers
from dialogs.files import NAMES, DialogFiles
from dialogs.nlu.examples import ExamplesRefused, read_examples
from dialogs.nlu.gazetteer import BadGazetteer, Gazetteer
from storage import cursors, keys, spool_records
from storage.errors import BadCursor, BatchUnreadable
from storage.personal_data import Vault
from storage.units import Unit, UnitTree

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
APP_ID, TOKEN, AES_KEY = "wx5823bf96d3bd56c7", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
_TREE = UnitTree([Unit(id="kw", name="奎文区信访局")])
_COLUMNS = {"phone": ("手机号", "电话"), "note": ("说明",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """``covers``: the modules whose parsing it reaches. ``most``: bytes of the longest input that is tried; what reads
    YAML takes its time, and gets only what an office has on its own disk.
    """

    name: str
    read: Callable[[bytes], object]
    refuses: tuple[type[Exception], ...]
    seeds: Sequence[bytes]
    covers: Sequence[str]
    most: int = 120_000
    slow: bool = False
    """Reads a whole bot, a second each time."""


def _vault() -> Vault:
    """Of keys that nobody keeps."""
    keys.register()
    handles = {name: tink.new_keyset_handle(template) for name, template in keys.TEMPLATES.items()}
    return Vault(None, keys.Opened(handles=handles, unwrapper=None, made_new=True))  # type: ignore[arg-type]


_SEARCHES = Searches(_vault(), lambda: NOW)
_RECEIPTS = receipts.Receipts(_vault(), lambda: NOW)


def _tools() -> Tools:
    return Tools(http=None, shared=None, clock=lambda: NOW, base_url="https://petition.example.gov.cn")  # type: ignore[arg-type]


_ACCOUNT = {"app_id": APP_ID, "app_secret": "x", "token": TOKEN, "api_base": "http://127.0.0.1:9", "mode": "plain"}
_WECHAT = wechat_factory("main", _ACCOUNT | {"encoding_aes_key": AES_KEY}, _tools())
_WEIBO = weibo_factory("main", weibo_kit.SETTINGS, _tools())
_KANNEL, _ALIYUN, _TENCENT = Kit(), Kit(settings=dict(ALIYUN_ACCOUNT)), Kit(settings=dict(TENCENT_ACCOUNT))
_KANNEL_CHANNEL, _ALIYUN_CHANNEL, _TENCENT_CHANNEL = (kit.channel() for kit in (_KANNEL, _ALIYUN, _TENCENT))


def _pushed(body: bytes, **more: str) -> WebhookRequest:
    stamp = str(int(NOW.timestamp()))
    query = {"signature": signature(TOKEN, stamp, "n"), "timestamp": stamp, "nonce": "n", "openid": "o", **more}
    return WebhookRequest(method="POST", path="", query=query, headers={}, body=body, received_at=NOW)


def _arrived(channel: Any, request: WebhookRequest) -> object:
    arrival = channel.receive(request)
    for message in arrival.messages:
        # What cannot be written as UTF-8 could neither be kept nor sent on.
        json.dumps([message.text, message.payload, message.message_id, message.address.sender]).encode()
    return channel.respond(arrival, None)


def _sealed(body: bytes, encrypted: str = "") -> object:
    inner = encrypted or Envelope(APP_ID, AES_KEY).seal(body.decode("utf-8", "replace"))
    stamp = str(int(NOW.timestamp()))
    told = {"encrypt_type": "aes", "msg_signature": signature(TOKEN, stamp, "n", inner)}
    outer = f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{inner}]]></Encrypt></xml>"
    return _arrived(_WECHAT, _pushed(outer.encode("utf-8", "replace"), **told))


def _ciphertext(body: bytes) -> object:
    return _sealed(b"", base64.b64encode(body).decode() or "=")


def _queried(body: bytes) -> object:
    """The address's words, which nobody signed."""
    names = ("signature", "timestamp", "nonce", "echostr", "msg_signature", "encrypt_type")
    pieces = body.decode("utf-8", "surrogateescape").split("&")
    query = dict(zip(names, pieces, strict=False))
    for channel in (_WECHAT, _WEIBO):
        for method in ("GET", "POST"):
            request = WebhookRequest(
                method=method, path="", query=query, headers={}, body=b"<xml/>", received_at=NOW, query_string=""
            )
            try:
                channel.receive(request)
            except WebhookRefused:
                continue
            raise AssertionError("let pass without a signature")
    return None


def _kannel(path: str) -> Callable[[bytes], object]:
    def read(body: bytes) -> object:
        query = f"key={KEY}&" + quote_from_bytes(body, safe="=&+%")
        return _arrived(_KANNEL_CHANNEL, _KANNEL.call(query, path=path))

    return read


def _cloud(kit: Kit, channel: Any) -> Callable[[bytes], object]:
    def read(body: bytes) -> object:
        kept: list[Exception] = []
        for path in ("texts", "receipts"):
            try:
                _arrived(channel, kit.call({}, method="POST", path=path, body=body))
            except WebhookRefused as refused:
                kept.append(refused)
        return kept

    return read


def _streamed(content: bytes) -> StreamReader:
    loop = asyncio.get_running_loop()
    stream = StreamReader(BaseProtocol(loop), 2**16, loop=loop)
    stream.feed_data(content)
    stream.feed_eof()
    return stream


def _pdus(content: bytes) -> object:
    async def all_of() -> object:
        reader = asyncio.StreamReader()
        reader.feed_data(content)
        reader.feed_eof()
        while True:
            pdu = await smpp_pdu.read_pdu(reader)
            _delivered(pdu)

    return asyncio.run(all_of())


def _delivered(pdu: smpp_pdu.Pdu) -> object:
    smpp_pdu.message_id_of(pdu)
    delivery = smpp_pdu.delivery_of(pdu)
    if delivery is None:
        return None
    read = [smpp_receiving.text_of(delivery, id="1", default_codec=codec) for codec in ("gsm", "gb18030", "ascii")]
    smpp_receiving.sameness(delivery)
    return read, [smpp_receiving.report_of(delivery, form) for form in IdForm]


def _deliver(short: bytes = b"hello", coding: int = 0, esm: int = 0, tail: bytes = b"") -> bytes:
    body = (
        b"\0\1\1" + b"13800138000\0" + b"\1\1" + b"1069001\0" + bytes((esm, 0, 0)) + b"\0\0" + bytes((1, 0, coding, 0))
    )
    body += bytes((len(short),)) + short + tail
    return struct.pack("!IIII", 16 + len(body), 5, 0, 1) + body


_RECEIPT = b"id:1 sub:001 dlvrd:001 submit date:2611220800 done date:2611220801 stat:DELIVRD err:000 text:x"
_PDUS = (
    _deliver(),
    _deliver("路灯坏了".encode("utf-16-be"), coding=8),
    _deliver(b"\x05\x00\x03\x07\x02\x01part", esm=0x40),
    _deliver(_RECEIPT, esm=4, tail=struct.pack("!HH", 0x1E, 2) + b"1\0" + struct.pack("!HHB", 0x427, 1, 2)),
    struct.pack("!IIII", 16, 0x15, 0, 7) + struct.pack("!IIII", 18, 0x80000004, 0, 8) + b"1\0",
)


def _inbound_record() -> bytes:
    address = Address(channel="wechat", account="main", sender="o")
    message = Inbound(
        address=address, message_id="1", kind=Kind.TEXT, sent_at=NOW, received_at=NOW, text="路灯坏了", event=None
    )
    receipt = Receipt(channel="sms", account="main", state=ReceiptState.DELIVERED, at=NOW, provider_id="1")
    record = spool_records.Record(stamp=1, messages=(message,), receipts=(receipt,))
    return spool_records.joined([spool_records.encoded(record)])


def _in_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def reading_(content: bytes) -> object:
        with tempfile.TemporaryDirectory(prefix="pb-") as folder:
            file = Path(folder) / name
            file.write_bytes(content)
            return read(file)

    return reading_


def _as_text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda content: read(content.decode("utf-8", "replace"))


def _every(base: type) -> list[type]:
    below = [each for one in base.__subclasses__() for each in (one, *_every(one))]
    return [each for each in below if each.__module__.startswith("bot.")]


def _bodies(content: bytes) -> object:
    assert api_app.VERSION
    refused = []
    for model in _every(Body):
        try:
            reading.body_model(model, content)
        except Problem as problem:
            refused.append(problem.response())
    return refused


def _queries(content: bytes) -> object:
    request = make_mocked_request("GET", "/x?" + quote_from_bytes(content, safe="=&+%"))
    refused = []
    for model in _every(Query):
        try:
            reading.query_model(model, request)
        except Problem as problem:
            refused.append(problem.response())
    return refused


def _uploaded(content: bytes) -> object:
    async def read() -> object:
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        request = make_mocked_request("POST", "/x", headers=headers, payload=_streamed(content))
        return await uploads.read_upload(request, limit=1_000_000)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # aiohttp warns of a header that it passes over
        return asyncio.run(read())


def _rasa(content: bytes) -> object:
    class Answered:
        status = 200

        def __init__(self) -> None:
            self.content = _streamed(content)

        async def __aenter__(self) -> Self:
            return self

        async def __aexit__(self, *_: object) -> None:
            return None

    async def call() -> object:
        http = SimpleNamespace(request=lambda *_, **__: Answered())
        return await RasaClient(http, "http://127.0.0.1:9", None).call("GET", "/status")  # type: ignore[arg-type]

    return asyncio.run(call())


def _bot(content: bytes) -> object:
    with tempfile.TemporaryDirectory(prefix="pb-") as folder:
        file = Path(folder) / "bot.yml"
        file.write_bytes(content)
        return load_bot([file])


def _checked(name: str) -> Callable[[bytes], object]:
    def read(content: bytes) -> object:
        with tempfile.TemporaryDirectory(prefix="pb-") as folder:
            (Path(folder) / name).write_bytes(content)
            return check_dialogs(DialogFiles(folder=Path(folder)))

    return read


def _settings(content: bytes) -> object:
    with tempfile.TemporaryDirectory(prefix="pb-") as folder:
        file = Path(folder) / "bot.toml"
        file.write_bytes(content)
        return load([file], {}, channels={"wechat", "sms", "weibo"})


_DOMAIN = mock.Mock(entities={"topic"}, intents={"greet"})


def _sheet(inner: str) -> bytes:
    """A workbook with this sheet in place of its own."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(_XLSX)) as book:
        parts: dict[str, Any] = {name: book.read(name) for name in book.namelist()}
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/worksheets/sheet1.xml"] = f'<worksheet xmlns="{space}"><sheetData>{inner}</sheetData></worksheet>'
    return zipped(parts)


_XLSX = write_xlsx(["手机号", "说明"], [("13800138000", "停水")], title="表", made_at=NOW)
_XML = (
    "<xml><ToUserName>gh</ToUserName><FromUserName>o</FromUserName><CreateTime>1795226400</CreateTime>"
    "<MsgType>text</MsgType><Content>路灯坏了</Content><MsgId>1234567890123456</MsgId></xml>"
).encode()
_EVENT = _XML.replace(b"text", b"event").replace(
    b"</xml>", b"<Event>SCAN</Event><EventKey>case_1</EventKey><Ticket>t</Ticket></xml>"
)
_JSON = json.dumps(
    {"ToUserName": "gh", "FromUserName": "o", "CreateTime": 1795226400, "MsgType": "text", "Content": "好", "MsgId": 1}
).encode()
_WEIBO_PUSHES = tuple(
    json.dumps(each).encode()
    for each in (
        weibo_kit.pushed(),
        weibo_kit.pushed("event", data={"subtype": "follow"}),
        weibo_kit.pushed("position", data={"longitude": "116.3", "latitude": "39.9"}),
        weibo_kit.pushed("image", data={"vfid": 1, "tovfid": 2}),
    )
)
_ALIYUN_BODIES = (
    b'[{"phone_number":"13800138000","send_time":"2026-11-22 16:00:00","content":"1","sign_name":"x","dest_code":"1","sequence_id":1}]',
    b'[{"phone_number":"13800138000","send_time":"2026-11-22 16:00:00","report_time":"2026-11-22 16:00:01","success":true,"err_code":"DELIVERED","err_msg":"","sms_size":"1","biz_id":"1","out_id":"a"}]',
)
_TENCENT_BODIES = (
    b'{"extend":"","mobile":"13800138000","nationcode":"86","sign":"x","text":"1","time":1795334400}',
    b'[{"user_receive_time":"2026-11-22 16:00:00","nationcode":"86","mobile":"13800138000","report_status":"SUCCESS","errmsg":"DELIVRD","description":"","sid":"1"}]',
)
_TOML = b"""[http]\nport = 8080\n[api.tokens]\nx = "abcdefghijklmnop"\n[wechat.main]\napp_id = "wx"\n[office]\nname = "a"\n"""
_FORM = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--b--\r\n'
_ANSWERS = "- id: a\n  question: 几点上班\n  answer: 九点\n  source: 通知\n  valid_from: 2026-01-01\n".encode()
_ANSWERS_CSV = "编号,问题,其他问法,答复,依据,施行日期,失效日期\na,几点上班,啥时上班,九点,通知,2026-01-01,\n".encode()
_BOT_YAML = (
    b"version: '3.1'\nintents: [greet]\nresponses:\n  utter_a:\n  - text: a\nslots:\n  s:\n    type: text\n    mappings: "
    b"[{type: from_text}]\nrules:\n- rule: r\n  steps:\n  - intent: greet\n  - action: utter_a\nactions: [b]\n"
)
_GAZETTEER = "某市:\n  奎文区:\n    东关街道: [一村, 二村]\n".encode()
_TALK = "- name: a\n  turns:\n  - user: 你好\n    bot: 您好\n".encode()
_MENU = b"button:\n- name: a\n  type: view\n  url: https://a.example\n- name: b\n  sub_button:\n  - {name: c, type: click, key: k}\n"


def _shipped(name: str) -> bytes:
    content = DialogFiles.shipped(name).read_bytes()
    return content if len(content) < 40_000 else b"\n".join(content.splitlines()[:150]) + b"\n"


PARSERS: Sequence[Parser] = (
    Parser(
        name="WeChat pushes in clear",
        read=lambda body: _arrived(_WECHAT, _pushed(body)),
        refuses=(WebhookRefused,),
        seeds=(_XML, _EVENT, _JSON),
        covers=("channels/wechat/wire.py",),
    ),
    Parser(
        name="WeChat pushes in envelopes",
        read=_sealed,
        refuses=(WebhookRefused,),
        seeds=(_XML, _EVENT, _JSON),
        covers=("channels/wechat/codec.py", "channels/wechat/wire.py"),
    ),
    Parser(
        name="WeChat ciphertexts",
        read=_ciphertext,
        refuses=(WebhookRefused,),
        seeds=(base64.b64decode(Envelope(APP_ID, AES_KEY).seal("<xml/>")),),
        covers=("channels/wechat/codec.py",),
    ),
    Parser(
        name="addresses of WeChat and Weibo",
        read=_queried,
        refuses=(),
        seeds=(f"{'0' * 40}&{int(NOW.timestamp())}&n&e".encode(), f"{'0' * 40}&{int(NOW.timestamp())}000&n&e".encode()),
        covers=("channels/wechat/signature.py", "channels/weibo/signature.py"),
    ),
    Parser(
        name="answers of WeChat's API",
        read=wechat_transport._understood,
        refuses=(SendFailed,),
        seeds=(b'{"errcode":40001,"errmsg":"x"}', b'{"errcode":1e999}', b'{"access_token":"a","expires_in":7200}'),
        covers=("channels/wechat/transport.py",),
    ),
    Parser(
        name="WeChat's tokens in Redis",
        read=_as_text(wechat_tokens._loaded),
        refuses=(),
        seeds=(b'["t","2026-11-22T08:00:00+00:00","2026-11-22T10:00:00+00:00"]',),
        covers=("channels/wechat/tokens.py",),
    ),
    Parser(
        name="Weibo pushes",
        read=lambda body: _arrived(_WEIBO, weibo_kit.request(body)),
        refuses=(WebhookRefused,),
        seeds=_WEIBO_PUSHES,
        covers=("channels/weibo/wire.py",),
    ),
    Parser(
        name="answers of Weibo's API",
        read=lambda body: weibo_transport._understood(200, body),
        refuses=(SendFailed,),
        seeds=(b'{"error_code":10001,"error":"x"}', b'{"error_code":1e999}', b'{"result":true}'),
        covers=("channels/weibo/transport.py",),
    ),
    Parser(
        name="Kannel's texts",
        read=_kannel(""),
        refuses=(WebhookRefused,),
        seeds=(
            urlencode({"from": "13800138000", "to": "1069001", "text": "路灯", "charset": "UTF-8", "id": "1"}).encode(),
            urlencode({"from": "+8613800138000", "text": "a", "coding": "2", "time": "2026-11-22 08:00:00"}).encode(),
            b"from=13800138000&text=%05%00%03&udh=%05%00%03%07%02%01&charset=UTF-16BE",
        ),
        covers=("channels/sms/kannel.py", "channels/sms/kannel_request.py"),
    ),
    Parser(
        name="Kannel's receipts",
        read=_kannel("receipts"),
        refuses=(WebhookRefused,),
        seeds=(b"id=" + b"f" * 32 + b"&type=1&smsc=x&answer=id:1+stat:DELIVRD", b"type=8&id=1"),
        covers=("channels/sms/kannel.py",),
    ),
    Parser(
        name="Aliyun's callbacks",
        read=_cloud(_ALIYUN, _ALIYUN_CHANNEL),
        refuses=(),
        seeds=_ALIYUN_BODIES,
        covers=("channels/sms/cloud_callbacks.py", "channels/sms/aliyun.py"),
    ),
    Parser(
        name="Tencent's callbacks",
        read=_cloud(_TENCENT, _TENCENT_CHANNEL),
        refuses=(),
        seeds=_TENCENT_BODIES,
        covers=("channels/sms/cloud_callbacks.py", "channels/sms/tencent.py"),
    ),
    Parser(
        name="answers of the clouds' APIs",
        read=cloud_calls._object,
        refuses=(),
        seeds=(b'{"Code":"OK","BizId":"1"}',),
        covers=("channels/sms/cloud_calls.py",),
    ),
    Parser(
        name="SMPP's PDUs",
        read=_pdus,
        refuses=(smpp_pdu.NotSmpp, asyncio.IncompleteReadError),
        seeds=_PDUS,
        covers=("channels/sms/smpp_pdu.py", "channels/sms/smpp_receiving.py", "channels/sms/udh.py"),
    ),
    Parser(
        name="headers of long texts",
        read=lambda body: (udh.part_of(body), gsm.decoded(body)),
        refuses=(),
        seeds=(b"\x05\x00\x03\x07\x02\x01", b"\x06\x08\x04\x00\x07\x02\x01"),
        covers=("channels/sms/udh.py",),
    ),
    Parser(
        name="SMPP's repeats in Redis",
        read=_as_text(smpp_repeats._ids),
        refuses=(),
        seeds=(b'["a","b"]',),
        covers=("channels/sms/smpp_repeats.py",),
    ),
    Parser(
        name="kinds of media",
        read=media_types.sniffed,
        refuses=(),
        seeds=(
            b"\x89PNG\r\n\x1a\n",
            b"BM\x0a\0\0\0\0\0\0\0",
            b"\0\0\0\x18ftypheic",
            b"RIFF\0\0\0\0WEBP",
            b"\xff\xfb\x90",
        ),
        covers=("channels/media_types.py",),
    ),
    Parser(
        name="bodies of the API",
        read=_bodies,
        refuses=(),
        seeds=(
            b'{"to":"accepted","note":"a","public":true}',
            b'{"title":"a","content":"b","place":{"label":"c","latitude":1.5,"longitude":2},"filer":{"name":"d"}}',
            b'{"text":"a","conversation_id":"1","at":"2026-11-22T08:00:00+08:00"}',
        ),
        covers=("bot/api/reading.py",),
    ),
    Parser(
        name="queries of the API",
        read=_queries,
        refuses=(),
        seeds=(
            b"limit=10&cursor=abc&state=accepted",
            b"channel=wechat&account=main&sender=o",
            b"due_before=2026-11-22",
        ),
        covers=("bot/api/reading.py",),
    ),
    Parser(
        name="files sent to the API",
        read=_uploaded,
        refuses=(Problem,),
        seeds=(_FORM,),
        covers=("bot/api/uploads.py",),
    ),
    Parser(
        name="cursors of lists",
        read=_as_text(cursors.older_than),
        refuses=(BadCursor,),
        seeds=(cursors.cursor_after({"created_at": NOW, "_id": "a"}).encode(),),
        covers=("storage/cursors.py",),
    ),
    Parser(
        name="cursors of transcripts",
        read=_as_text(transcript._read),
        refuses=(BadCursor,),
        seeds=(base64.urlsafe_b64encode(b"1795334400000.1").rstrip(b"="),),
        covers=("bot/api/transcript.py",),
    ),
    Parser(
        name="tokens of links",
        read=_as_text(read_token),
        refuses=(),
        seeds=(b"WF202611220001-400-" + b"a" * 26,),
        covers=("bot/casework/links.py",),
    ),
    Parser(
        name="sealed searches in addresses",
        read=_as_text(lambda text: _SEARCHES._opened(text, "m")),
        refuses=(),
        seeds=(_SEARCHES._sealed("13800138000", "m").encode(),),
        covers=("bot/console/cases/searches.py",),
    ),
    Parser(
        name="sealed receipts in addresses",
        read=_as_text(lambda text: _RECEIPTS.opened(text, "m")),
        refuses=(),
        seeds=(_RECEIPTS.sealed(receipts.Receipt(number="WF202611220001", code="123456"), "m").encode(),),
        covers=("bot/console/counter/receipts.py",),
    ),
    Parser(
        name="tables of offices",
        read=lambda content: read_table(content, _COLUMNS, ["phone"]),
        refuses=(TableRefused,),
        seeds=(
            "手机号,说明\n13800138000,停水\n".encode(),
            "手机号\t说明\n1\t2".encode("utf-16"),
            _XLSX,
            _sheet(
                '<row r="1"><c r="A1" t="inlineStr"><is><t>手机号</t></is></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
            ),
            _sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>' * 3),
            _sheet('<row r="x"><c r="1A" t="s"><v>99</v></c><c r="A1" t="d"><v>x</v></c></row>'),
            _sheet('<row r="1"><c r="A1" t="n"><v>abc</v></c></row><row'),
            zipped({"[Content_Types].xml": "<Types/>"}),
        ),
        covers=("bot/tables.py",),
    ),
    Parser(
        name="tables of people",
        read=lambda content: lines_in(content, _TREE),
        refuses=(TableRefused,),
        seeds=(
            "账号,姓名,单位代码,角色,手机,在岗\nli,李强,kw,承办人、领导,13800138000,是\n".encode(),
            "账号;姓名;单位;角色\n'=x;;;;".encode(),
        ),
        covers=("bot/access/staff_table.py",),
    ),
    Parser(
        name="tables of places",
        read=places_in,
        refuses=(TableRefused,),
        seeds=("区县,街道或镇,地名\n奎文区,东关街道,新城枫景\n坊子区,,\n".encode(),),
        covers=("bot/editing/place_table.py",),
    ),
    Parser(
        name="settings",
        read=_settings,
        refuses=(SettingsError,),
        seeds=(_TOML,),
        covers=("bot/settings_sources.py",),
    ),
    Parser(
        name="batches of the spool",
        read=spool_records.decoded,
        refuses=(BatchUnreadable,),
        seeds=(_inbound_record(),),
        covers=("storage/spool_records.py",),
    ),
    Parser(
        name="payloads of buttons",
        read=_as_text(lambda text: read_payload(text, _DOMAIN)),
        refuses=(),
        seeds=(b'/greet{"topic":"a"}', b"/greet@0.9"),
        covers=("dialogs/engine/payloads.py",),
    ),
    Parser(
        name="links in what a phone shows",
        read=_as_text(phone_links.pieces),
        refuses=(),
        seeds=(
            b'<a href="weixin://bizmsgmenu?msgmenucontent=a&msgmenuid=1">a</a>',
            b'<a href="&#' + b"9" * 5000 + b';">a</a>',
        ),
        covers=("bot/phone/links.py",),
    ),
    Parser(
        name="answers of a Rasa server",
        read=_rasa,
        refuses=(RasaAway,),
        seeds=(b'{"events":[]}',),
        covers=("bot/rasa_client.py",),
    ),
    Parser(
        name="tables of answers",
        read=_as_text(faq_tables.from_csv),
        refuses=(AnswersRefused,),
        seeds=(_ANSWERS_CSV,),
        covers=("dialogs/faq/tables.py",),
    ),
    Parser(
        name="answers line by line",
        read=_as_text(faq_tables.from_jsonl),
        refuses=(AnswersRefused,),
        seeds=(b'{"id":"a","question":"b","answer":"c","source":"d","valid_from":"2026-01-01"}\n',),
        covers=("dialogs/faq/tables.py",),
    ),
    Parser(
        name="answers in YAML",
        read=_in_file("answers.yml", load_answers),
        refuses=(AnswersRefused,),
        seeds=(_ANSWERS,),
        covers=("dialogs/faq/answers.py",),
        most=4_000,
    ),
    Parser(
        name="past cases in CSV",
        read=_in_file("a.csv", read_rows),
        refuses=(FileRefused,),
        seeds=("标题,详情,类别\na,b,c\n".encode(), "title;label\na;b\n".encode("utf-16")),
        covers=("bot/cli/category_file.py",),
    ),
    Parser(
        name="labelled texts in CSV",
        read=_in_file("a.csv", read_intent_file),
        refuses=(IntentFileRefused,),
        seeds=(b"text,intent\na,b\n",),
        covers=("bot/cli/intent_file.py",),
    ),
    Parser(
        name="questions in JSONL",
        read=_in_file("a.jsonl", read_corpus),
        refuses=(FaqFileRefused,),
        seeds=(b'{"id":"a","question":"b","answer":"c"}\n',),
        covers=("bot/cli/evaluate_faq.py",),
    ),
    Parser(
        name="conversations in YAML",
        read=_in_file("a.yml", read_all),
        refuses=(ScriptRefused,),
        seeds=(_TALK,),
        covers=("bot/cli/evaluate_dialog.py",),
        most=4_000,
    ),
    Parser(
        name="menus in YAML",
        read=_in_file("menu.yml", read_menu),
        refuses=(NotDone,),
        seeds=(_MENU,),
        covers=("bot/cli/wechat.py",),
        most=4_000,
    ),
    Parser(
        name="examples in YAML",
        read=_in_file("nlu.yml", read_examples),
        refuses=(ExamplesRefused,),
        seeds=(b"nlu:\n- intent: greet\n  examples: |\n    - hello [there](place)\n- intent: b\n  examples: [c]\n",),
        covers=("dialogs/nlu/examples.py",),
        most=4_000,
    ),
    Parser(
        name="places in YAML",
        read=_in_file("gazetteer.yml", Gazetteer.load),
        refuses=(BadGazetteer,),
        seeds=(_GAZETTEER,),
        covers=("dialogs/nlu/gazetteer.py",),
        most=4_000,
    ),
    Parser(
        name="a bot in YAML",
        read=_bot,
        refuses=(BotRefused,),
        seeds=(_BOT_YAML,),
        covers=("dialogs/engine/files.py", "dialogs/engine/places.py"),
        most=4_000,
    ),
    *(
        Parser(
            name=f"an office's own {name}",
            read=_checked(name),
            refuses=(),
            seeds=(_shipped(name),),
            covers=("dialogs/checking/sources.py", "dialogs/nlu/categories.py"),
            most=4_000,
            slow=True,
        )
        for name in NAMES
    ),
)
