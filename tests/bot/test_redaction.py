import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redaction import HIDDEN, Redactor


def redacted(**event: object) -> dict[str, object]:
    return dict(Redactor(["S3cretValue"])(None, "info", dict(event)))


@pytest.mark.parametrize(
    "text",
    [
        "电话13812345678请回复",
        "tel:+8613812345678",
        "138 1234 5678",
        "138-1234-5678",
        "身份证370705199001011234",
        "37070519900101123X",
        "用户oABCDEFGHIJKLMNOPQRSTUVWXY12",
        "S3cretValue",
        "mongodb://root:pass@h/",
        "token=S3cretValue&x",
    ],
)
def test_what_is_personal_or_secret_is_hidden_wherever_it_stands(text: str) -> None:
    for event in ({"a": text}, {"a": [text]}, {"a": {"b": (text,)}}, {"a": {text: 1}}, {"event": text}):
        shown = str(redacted(**event))
        for part in ("13812345678", "1234 5678", "1234-5678", "19900101", "oABC", "S3cretValue", "root:pass"):
            assert part not in shown


def test_a_number_given_as_a_number_is_hidden_too() -> None:
    assert redacted(n=13812345678)["n"] == "[phone]"
    assert redacted(n=42, f=1.5, t=True, none=None) == {"n": 42, "f": 1.5, "t": True, "none": None}


@pytest.mark.parametrize("key", ["openid", "phone", "text", "access_token", "Authorization", "sender", "content"])
def test_a_key_that_names_something_personal_hides_its_value(key: str) -> None:
    assert redacted(**{key: "任何内容"})[key] == HIDDEN
    assert redacted(inner={key: "任何内容"})["inner"] == {key: HIDDEN}


@pytest.mark.parametrize(
    "text",
    [
        "wechat:main:abcdefghijklmnopqrstuvwx23",
        "13812345678013812345678013812345",  # an id of ours in hexadecimal digits
        "WF261121001237",
        "2026-11-21T08:00:00.000000Z",
        "1763712000123456789",
        "delivery.failed",
    ],
)
def test_our_own_ids_and_times_stay_readable(text: str) -> None:
    assert redacted(entry=text)["entry"] == text


def test_secrets_may_be_added_later_and_short_ones_do_not_black_out_the_log() -> None:
    redactor = Redactor(["abc"])
    assert redactor.text("abc 一二三四五六") == "abc 一二三四五六"
    redactor.hide(["一二三四五六"])
    assert "一二三" not in redactor.text("abc 一二三四五六")


def test_an_object_is_shown_as_text_without_what_is_in_it() -> None:
    assert redacted(error=ValueError("13812345678"))["error"] == "ValueError('[phone]')"


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_anything_can_be_logged(value: object) -> None:
    assert "13812345678" not in str(redacted(value=value, more="13812345678"))
