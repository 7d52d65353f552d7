"""Approved templates: what fills their variables, and what does not go out at all."""

import pytest
from cloud_kit import ALIYUN_ACCOUNT, TENCENT_ACCOUNT
from hypothesis import given
from hypothesis import strategies as st
from sms_kit import Kit

from channels.errors import PayloadRejected, SettingsRejected, WayShut
from channels.sandbox.sms_cloud.texts import holds_link
from channels.sms.gateway import OutgoingText
from channels.sms.templates import NamedTemplate, filled, template_for

TEMPLATES = {"progress": NamedTemplate(id="SMS_1"), "reply": NamedTemplate(id="SMS_2")}


def message(**more):
    return OutgoingText(**({"id": "f" * 32, "to": "13800138000", "text": "【某局】您好", "body": "您好"} | more))


def value(given, limit=35, fact="note"):
    return filled(fact, message(fields={fact: given}), limit=limit)


def test_a_notice_goes_by_its_own_template():
    assert template_for(message(notice="progress"), TEMPLATES).id == "SMS_1"
    assert template_for(message(notice="reply"), TEMPLATES).id == "SMS_2"


@pytest.mark.parametrize("notice", ["news", ""])
def test_what_has_no_template_does_not_go_out(notice):
    with pytest.raises(WayShut) as caught:
        template_for(message(notice=notice), TEMPLATES)
    assert caught.value.try_other_way
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("请耐心等待", "请耐心等待"),
        ("  两行\n一行\t完 ", "两行 一行 完"),
        ("", "无"),
        ("\x00\ud800", "无"),
        ("见【通知】", "见「通知」"),
        ("详见 https://petition.example.gov.cn/a?b=1 谢谢", "详见 谢谢"),
        ("详见https://a.cn/x，谢谢", "详见 ，谢谢"),
        ("www.example.com", "无"),
        ("查example.gov.cn可知", "查 可知"),
        ("在 10.0.0.1/x 上", "在 上"),
        ("写信到xinfang@example.gov.cn也行", "写信到 也行"),
        ("共 3.5 万元，12.5%", "共 3.5 万元，12.5%"),
        ("2026.11.22 前答复", "2026.11.22 前答复"),
    ],
)
def test_a_variable_holds_one_line_and_no_address(told, shown):
    assert value(told) == shown


def test_a_long_value_is_cut_between_signs():
    assert value("答" * 40) == "答" * 34 + "…"
    assert value("答" * 35) == "答" * 35
    assert value("a👨‍👩‍👧b", limit=5) == "a…"


@pytest.mark.parametrize("fact", ["number", "code"])
def test_a_number_is_never_cut_for_it_would_be_anothers(fact):
    with pytest.raises(PayloadRejected):
        value("WF261121001237", limit=12, fact=fact)


def test_a_fact_that_nobody_gave_is_said_to_be_none():
    assert filled("title", message(), limit=35) == "无"
    assert filled("text", message(), limit=35) == "您好"


@given(st.text(max_size=300), st.integers(min_value=1, max_value=40))
def test_whatever_staff_write_the_provider_takes_it(told, limit):
    made = value(told, limit=limit)
    assert 1 <= len(made) <= limit
    assert not holds_link(made)
    made.encode()


def problems(account, **settings):
    with pytest.raises(SettingsRejected) as caught:
        Kit(settings=dict(account)).channel(**settings)
    return dict(caught.value.problems)


def test_what_is_wrong_with_an_account_is_told_at_once_in_chinese():
    found = problems(
        ALIYUN_ACCOUNT,
        sign="",
        access_key_id="a b",
        access_key_secret=" ",
        api_base="dysms",
        extend_code="x",
        rest_seconds=-1,
        templates={"progress": {"fields": {"number": "Number"}, "limit": 0}, "Reply": "SMS_2"},
    )
    assert set(found) == {
        "sign",
        "access_key_id",
        "access_key_secret",
        "api_base",
        "extend_code",
        "rest_seconds",
        "templates.progress.id",
        "templates.progress.limit",
        "templates.progress.fields.number",
        "templates.Reply.[key]",
    }
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in sentence) for sentence in found.values())


def test_the_same_for_tencent():
    found = problems(
        TENCENT_ACCOUNT,
        sdk_app_id="app",
        region="Guangzhou!",
        templates={"progress": {"id": "SMS_1", "fields": ["number"] * 21}},
    )
    assert set(found) == {"sdk_app_id", "region", "templates.progress.id", "templates.progress.fields"}
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in sentence) for sentence in found.values())


@pytest.mark.parametrize("account", [ALIYUN_ACCOUNT, TENCENT_ACCOUNT])
def test_the_planner_is_told_that_no_free_text_goes_out(account):
    capabilities = Kit(settings=dict(account)).channel().capabilities
    assert not capabilities.free_text
    assert capabilities.notices == {"progress", "reply"}


@pytest.mark.parametrize("account", [ALIYUN_ACCOUNT, TENCENT_ACCOUNT])
def test_no_secret_is_shown(account):
    channel = Kit(settings=dict(account)).channel()
    assert set(channel.secrets()) == {"cloud-secret-3f9a", account["webhook_key"]}
    assert "cloud-secret-3f9a" not in repr(vars(channel)) + repr(vars(channel._gateway)) + repr(
        channel._gateway._settings
    )
