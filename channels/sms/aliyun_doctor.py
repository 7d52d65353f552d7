"""What ``doctor`` asks Aliyun: whether each template is there and approved. Nothing is sent and nothing is paid."""

from collections.abc import Mapping, Sequence

from channels.errors import OutcomeUnknown, SendFailed
from channels.sms.aliyun_client import AliyunClient, code_of
from channels.sms.templates import Template

_OK, _APPROVED = "OK", "1"
_STATES: Mapping[str, str] = {"0": "还在审核中", "2": "没有通过审核", "10": "已取消审核"}
_KEYS = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature")
_NO_RIGHT = ("isp.RAM_PERMISSION_DENY", "Forbidden", "NoPermission")
_CLOCK = "InvalidTimeStamp"
_PROBE = "SMS_000000000"


async def problems(client: AliyunClient, templates: Mapping[str, Template]) -> Sequence[str]:
    """A sentence for each thing wrong."""
    if not templates:
        wrong = await _asked(client, "", _PROBE)
        return [*([wrong] if wrong else []), "没有设置 templates：阿里云只能按审核通过的模板发短信"]
    found = [await _asked(client, name, template.id) for name, template in templates.items()]
    return list(dict.fromkeys(each for each in found if each))


async def _asked(client: AliyunClient, name: str, template_id: str) -> str:
    try:
        answer = await client.call("GetSmsTemplate", {"TemplateCode": template_id})
    except OutcomeUnknown as error:
        return f"阿里云短信没有回答（{error.detail}）：请检查 api_base 和网络"
    except SendFailed as error:
        return f"连不上阿里云短信（{error.detail}）：请检查 api_base 和网络"
    code = code_of(answer.values)
    if code == _OK:
        state = str(answer.values.get("TemplateStatus", ""))
        return "" if state == _APPROVED else f"templates.{name} 的模板 {template_id} {_STATES.get(state, '不可用')}"
    return _refusal(code, answer.status, name, template_id)


def _refusal(code: str, status: int, name: str, template_id: str) -> str:
    if not code:
        return f"api_base 的回答不像阿里云短信（HTTP {status}）"
    if code.startswith(_KEYS):
        return f"access_key_id 或 access_key_secret 不对（{code}）"
    if code.startswith(_NO_RIGHT):
        return f"这个 AccessKey 没有短信服务的权限（{code}）：请在 RAM 中授权发送短信和查询模板"
    if code.startswith(_CLOCK):
        return f"本机时钟与阿里云相差太远（{code}）"
    return f"templates.{name} 的模板 {template_id} 用不了（{code}）" if name else ""
