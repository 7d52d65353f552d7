"""What ``doctor`` asks Tencent Cloud: whether the templates are there and approved. Nothing is sent or paid."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels.errors import OutcomeUnknown, SendFailed
from channels.sms.templates import Template
from channels.sms.tencent_client import TencentClient, code_of

_APPROVED = 0
_STATES: Mapping[object, str] = {1: "还在审核中", 2: "已通过审核，还没有生效", -1: "没有通过审核"}
_CLOCK = ("AuthFailure.SignatureExpire", "InternalError.RequestTimeException")
_ADDRESS = ("UnauthorizedOperation.RequestIpNotInWhitelist", "IpNotInWhitelist", "IpInBlacklist")
_NO_RIGHT = ("AuthFailure.UnauthorizedOperation", "UnauthorizedOperation")


async def problems(client: TencentClient, templates: Mapping[str, Template]) -> Sequence[str]:
    """A sentence for each thing wrong."""
    asked = sorted({int(template.id) for template in templates.values()})
    values: dict[str, Any] = {"International": 0, "TemplateIdSet": asked}
    if not asked:
        values |= {"Limit": 1, "Offset": 0}
    try:
        answer = await client.call("DescribeSmsTemplateList", values)
    except OutcomeUnknown as error:
        return [f"腾讯云短信没有回答（{error.detail}）：请检查 api_base 和网络"]
    except SendFailed as error:
        return [f"连不上腾讯云短信（{error.detail}）：请检查 api_base 和网络"]
    code = code_of(answer.values)
    if code:
        return [_refusal(code)]
    if not isinstance(answer.values.get("DescribeTemplateStatusSet"), list):
        return [f"api_base 的回答不像腾讯云短信（HTTP {answer.status}）"]
    if not templates:
        return ["没有设置 templates：腾讯云只能按审核通过的模板发短信"]
    return _unusable(answer.values["DescribeTemplateStatusSet"], templates)


def _unusable(found: Sequence[Any], templates: Mapping[str, Template]) -> Sequence[str]:
    states = {str(each.get("TemplateId")): each.get("StatusCode") for each in found if isinstance(each, dict)}
    missing = object()
    told = {name: states.get(template.id, missing) for name, template in templates.items()}
    return [
        f"templates.{name} 的模板 {templates[name].id} "
        + ("不在这个账号里" if state is missing else _STATES.get(state, "不可用"))
        for name, state in told.items()
        if state != _APPROVED
    ]


def _refusal(code: str) -> str:
    if code.startswith(_CLOCK):
        return f"本机时钟与腾讯云相差太远（{code}）"
    if code.startswith(_ADDRESS):
        return f"本机的 IP 不在腾讯云允许的名单里（{code}）"
    if code.startswith(_NO_RIGHT):
        return f"这个密钥没有短信的权限（{code}）：请在访问管理中授权发送短信和查询模板"
    if code.startswith("AuthFailure"):
        return f"secret_id 或 secret_key 不对（{code}）"
    return f"腾讯云拒绝了查询模板（{code}）"
