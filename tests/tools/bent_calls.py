"""Platforms' calls with the right signature and wrong contents: fields that are missing, twice, or of no kind they should be."""

import hashlib
import itertools
import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote_from_bytes, urlencode

import weibo_kit
from bent_bytes import WORDS
from hypothesis import strategies as st
from sms_kit import KEY

from channels.sandbox.crypto import Envelope, signature

APP_ID, TOKEN = "wx5823bf96d3bd56c7", "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
FORM = "application/x-www-form-urlencoded"

Fields = Sequence[tuple[bytes, bytes]]
"""Names and values as they stand in the call, of which any may be wrong."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One exchange. ``query`` is encoded already."""

    path: str
    query: str
    body: bytes | None = None
    kind: str = ""


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


_DEEP, _LONG = 400, "路灯坏了。" * 6_000
NO_VALUES: Mapping[str, Sequence[bytes]] = {
    "json": (
        *(
            b"null",
            b"true",
            b"-1",
            b"0",
            b"1.5",
            b"1e999",
            b"NaN",
            b"9" * 30,
            b"9" * 5_000,
            b"[]",
            b"{}",
            b'""',
            b"",
            b'"',
        ),
        *(b"[" * _DEEP + b"]" * _DEEP, b'{"a":' * _DEEP + b"1" + b"}" * _DEEP, b"[" * 50_000, _json(_LONG)),
        *(_json(word.decode("utf-8", "surrogatepass")) for word in WORDS),
        *(_json([1, "a", None]), _json({"a": {"b": "c"}}), _json("Sat Nov 99 25:61:61 +9999 2026"), b'"\xff\xfe"'),
    ),
    "xml": (
        *(
            b"",
            b"-1",
            b"1.5",
            b"1e999",
            b"9" * 30,
            b"9" * 5_000,
            b"<![CDATA[]]>",
            b"<![CDATA[a]]><![CDATA[b]]>",
            b"\xff\xfe",
        ),
        *(
            b"<a>" * _DEEP + b"</a>" * _DEEP,
            b"&l;",
            b"&#0;",
            b"&#xD83D;",
            b"&amp;",
            b"<item><a>1</a></item>",
            _LONG.encode(),
        ),
        *WORDS,
    ),
    "query": (
        *(b"", b"-1", b"1.5", b"9" * 30, b"9" * 5_000, b"%", b"%zz", b"%00", b"%ed%a0%bd", b"%ff", b"+"),
        *(quote_from_bytes(word).encode() for word in WORDS),
        quote_from_bytes(_LONG.encode()[:2_500]).encode(),
    ),
}


@st.composite
def wrongs(draw: st.DrawFn, fields: Fields, values: Sequence[bytes]) -> Fields:
    """``fields`` with some of them wrong."""
    made = list(fields)
    for _ in range(draw(st.integers(1, 4))):
        if not made:
            break
        place, value = draw(st.integers(0, len(made) - 1)), draw(st.sampled_from(values))
        match draw(st.sampled_from(["other", "other", "missing", "twice", "named"])):
            case "other":
                made[place] = made[place][0], value
            case "missing":
                del made[place]
            case "twice":
                made.append((made[place][0], value))
            case _:
                made[place] = made[place][0] + b"x", made[place][1]
    return made


@dataclass(frozen=True, kw_only=True)
class Wire:
    """One way into the service. ``good``: what a platform sends; ``call``: the call that brings it, signed."""

    name: str
    of: str
    good: Sequence[Callable[[], Fields]]
    written: Callable[[Fields], bytes]
    call: Callable[[bytes], Call]

    def bent(self) -> st.SearchStrategy[Call]:
        """Signed calls with wrong fields."""
        values = NO_VALUES[self.of]
        fields = st.sampled_from(self.good).flatmap(lambda good: wrongs(good(), values))
        return fields.map(lambda made: self.call(self.written(made)))

    def right(self) -> Call:
        """A call as it should be."""
        return self.call(self.written(self.good[0]()))


_numbers = itertools.count(10**15)


def _xml_of(fields: Fields) -> bytes:
    return b"<xml>" + b"".join(b"<%b>%b</%b>" % (name, value, name) for name, value in fields) + b"</xml>"


def _object_of(fields: Fields) -> bytes:
    return b"{" + b",".join(b'"%b":%b' % pair for pair in fields) + b"}"


def _query_of(fields: Fields) -> bytes:
    return b"&".join(b"%b=%b" % pair for pair in fields)


def _pairs(**given: object) -> Fields:
    return [(name.encode(), str(value).encode()) for name, value in given.items()]


def _jsons(**given: object) -> Fields:
    return [(name.encode(), _json(value)) for name, value in given.items()]


def _wechat(kind: str, **more: object) -> Callable[[], Fields]:
    return lambda: _pairs(
        ToUserName="gh_office",
        FromUserName="oNobody-in-particular-0000005",
        CreateTime=int(time.time()),
        MsgType=kind,
        **more,
        **({} if kind == "event" else {"MsgId": next(_numbers)}),
    )


_WECHAT = (
    _wechat("text", Content="路灯坏了"),
    _wechat("image", PicUrl="http://127.0.0.1:9/a", MediaId="m"),
    _wechat("voice", MediaId="m", Format="amr", Recognition="路灯坏了"),
    _wechat("location", Location_X="36.7", Location_Y="119.1", Scale=15, Label="奎文区"),
    _wechat("link", Title="a", Description="b", Url="http://127.0.0.1:9/"),
    _wechat("event", Event="subscribe", EventKey="qrscene_1", Ticket="t"),
    _wechat("event", Event="CLICK", EventKey="k"),
    _wechat("event", Event="LOCATION", Latitude="36.7", Longitude="119.1", Precision="5"),
    _wechat("event", Event="TEMPLATESENDJOBFINISH", MsgID="1", Status="success"),
)


def _signed() -> dict[str, str]:
    stamp, nonce = str(int(time.time())), uuid.uuid4().hex
    return {"signature": signature(TOKEN, stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": "o"}


def _plain(body: bytes) -> Call:
    return Call(path="wechat/open", query=urlencode(_signed()), body=body)


def _sealed(body: bytes) -> Call:
    inner = Envelope(APP_ID, AES_KEY).seal(body.decode("utf-8", "replace"))
    query = _signed()
    told = signature(TOKEN, query["timestamp"], query["nonce"], inner)
    outer = f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{inner}]]></Encrypt></xml>"
    query |= {"encrypt_type": "aes", "msg_signature": told}
    return Call(path="wechat/main", query=urlencode(query), body=outer.encode())


def _weibo(kind: str, text: str = "路灯坏了", data: object = None) -> Callable[[], Fields]:
    def fields() -> Fields:
        at = time.strftime("%a %b %d %H:%M:%S +0000 %Y", time.gmtime())
        told = weibo_kit.pushed(kind, f"{text}{next(_numbers)}", data, created_at=at)
        return _jsons(**told)

    return fields


def _pushed(body: bytes) -> Call:
    stamp, nonce = str(int(time.time() * 1000)), uuid.uuid4().hex
    told = hashlib.sha1("".join(sorted([weibo_kit.SECRET, stamp, nonce])).encode()).hexdigest()
    return Call(path="weibo/main", query=urlencode({"signature": told, "timestamp": stamp, "nonce": nonce}), body=body)


def _keyed(path: str, *, posted: bool) -> Callable[[bytes], Call]:
    def call(body: bytes) -> Call:
        return Call(path=f"sms/{path}", query=urlencode({"key": KEY}), body=body, kind=FORM * posted)

    return call


def _asked(path: str) -> Callable[[bytes], Call]:
    return lambda query: Call(path=f"sms/{path}", query=f"key={KEY}&{query.decode('ascii', 'replace')}")


def _kannel() -> Fields:
    words = quote_from_bytes("路灯坏了".encode()).encode()
    return [
        *_pairs(to="1069001", time=int(time.time()), coding=2, charset="UTF-8", id=next(_numbers)),
        (b"from", b"13800138000"),
        (b"text", words),
    ]


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 8 * 3600))


def _aliyun_text() -> Fields:
    return _jsons(
        phone_number="13800138000",
        send_time=_now(),
        content="路灯坏了",
        sign_name="x",
        dest_code="1",
        sequence_id=next(_numbers),
    )


def _aliyun_receipt() -> Fields:
    told = {"send_time": _now(), "report_time": _now(), "success": True, "err_code": "DELIVERED", "err_msg": ""}
    return _jsons(phone_number="13800138000", sms_size="1", biz_id="1", out_id="a", **told)


def _tencent_text() -> Fields:
    return _jsons(
        extend="", mobile="13800138000", nationcode="86", sign="x", text=f"路灯{next(_numbers)}", time=int(time.time())
    )


def _tencent_receipt() -> Fields:
    told = {"user_receive_time": _now(), "report_status": "SUCCESS", "errmsg": "DELIVRD", "description": ""}
    return _jsons(nationcode="86", mobile="13800138000", sid="1", **told)


def _kannel_receipt() -> Fields:
    return _pairs(id="f" * 32, type=1, answer="id:1+stat:DELIVRD+err:000")


_LIST: Callable[[Fields], bytes] = lambda fields: b"[" + _object_of(fields) + b"]"  # noqa: E731 - beside its likes

WIRES: Sequence[Wire] = (
    Wire(name="WeChat", of="xml", good=_WECHAT, written=_xml_of, call=_plain),
    Wire(name="WeChat in envelopes", of="xml", good=_WECHAT, written=_xml_of, call=_sealed),
    Wire(
        name="Weibo",
        of="json",
        good=(
            _weibo("text"),
            _weibo("event", data={"subtype": "follow", "key": "k"}),
            _weibo("position", data={"longitude": "116.3", "latitude": "39.9"}),
            _weibo("image", data={"vfid": 1, "tovfid": 2}),
            _weibo("mention", data={"key": "1"}),
        ),
        written=_object_of,
        call=_pushed,
    ),
    Wire(name="Kannel", of="query", good=(_kannel,), written=_query_of, call=_asked("kannel")),
    Wire(name="Kannel by forms", of="query", good=(_kannel,), written=_query_of, call=_keyed("kannel", posted=True)),
    Wire(
        name="Kannel's receipts",
        of="query",
        good=(_kannel_receipt,),
        written=_query_of,
        call=_asked("kannel/receipts"),
    ),
    Wire(
        name="Aliyun's texts", of="json", good=(_aliyun_text,), written=_LIST, call=_keyed("aliyun/texts", posted=False)
    ),
    Wire(
        name="Aliyun's receipts",
        of="json",
        good=(_aliyun_receipt,),
        written=_LIST,
        call=_keyed("aliyun/receipts", posted=False),
    ),
    Wire(
        name="Tencent's texts",
        of="json",
        good=(_tencent_text,),
        written=_object_of,
        call=_keyed("tencent/texts", posted=False),
    ),
    Wire(
        name="Tencent's receipts",
        of="json",
        good=(_tencent_receipt,),
        written=_LIST,
        call=_keyed("tencent/receipts", posted=False),
    ),
)
