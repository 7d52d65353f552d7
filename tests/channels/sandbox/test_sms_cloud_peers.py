"""The clouds' own clients against the played clouds: they must not tell them from the true ones."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from cloud_kit import APP_ID, KEY_ID, OFFICE, SECRET, played
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111 import models, sms_client
from waiting import within

PEER = Path(__file__).parents[2] / "tools" / "aliyun_peer.py"
PYTHON = Path(os.environ.get("ALIYUN_SDK_VENV", ".venv-aliyun")) / "bin" / "python"
NOTICE = '{"number": "WF261121001237", "state": "已受理", "note": "a b+c*~%/= 等待"}'
SHOWN = "【某市信访局】您反映的事项WF261121001237状态：已受理。说明：a b+c*~%/= 等待"
SEND = {"phone_numbers": "13800138000", "sign_name": OFFICE, "template_code": "SMS_100", "template_param": NOTICE}


def client(url, secret=SECRET):
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=url.removeprefix("http://")))
    return sms_client.SmsClient(Credential(KEY_ID, secret), "ap-guangzhou", profile)


def asked(**more):
    request = models.SendSmsRequest()
    known = {
        "PhoneNumberSet": ["+8613800138000"],
        "SmsSdkAppId": APP_ID,
        "SignName": OFFICE,
        "TemplateId": "100",
        "TemplateParamSet": ["WF261121001237", "已受理", "a b+c*~%/= 等待"],
        "SessionContext": "f" * 32,
    }
    request.from_json_string(json.dumps(known | more))
    return request


async def test_tencents_own_client_sends_and_gets_its_status():
    async with played("tencent") as stage:
        answer = await asyncio.to_thread(client(stage.cloud).SendSms, asked())
        [status] = answer.SendStatusSet
        assert (status.Code, status.PhoneNumber, status.Fee) == ("Ok", "+8613800138000", 1)
        assert await stage.screen() == [SHOWN]
        again = await asyncio.to_thread(client(stage.cloud).SendSms, asked())
        assert again.SendStatusSet[0].Code == "LimitExceeded.PhoneNumberThirtySecondLimit"


async def test_tencents_own_client_reads_the_templates():
    async with played("tencent") as stage:
        request = models.DescribeSmsTemplateListRequest()
        request.from_json_string('{"International": 0, "TemplateIdSet": [100, 300]}')
        answer = await asyncio.to_thread(client(stage.cloud).DescribeSmsTemplateList, request)
        assert [(each.TemplateId, each.StatusCode) for each in answer.DescribeTemplateStatusSet] == [(100, 0), (300, 1)]


async def test_tencents_own_client_with_another_secret_is_refused():
    async with played("tencent") as stage:
        with pytest.raises(TencentCloudSDKException) as caught:
            await asyncio.to_thread(client(stage.cloud, "another").SendSms, asked())
        assert caught.value.code == "AuthFailure.SignatureFailure"


async def aliyuns(stage, *calls, secret=SECRET):
    if not PYTHON.exists():
        pytest.skip("Aliyun's own client is not installed (make test-aliyun)")
    process = await asyncio.create_subprocess_exec(
        PYTHON,
        PEER,
        stage.cloud.removeprefix("http://"),
        KEY_ID,
        secret,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=sys.stderr.fileno() if sys.stderr.isatty() else asyncio.subprocess.DEVNULL,
    )
    async with within("the other client ends"):
        out, _ = await process.communicate(json.dumps(calls).encode())
    return json.loads(out)


async def test_aliyuns_own_client_sends_and_is_told_what_is_wrong():
    async with played("aliyun") as stage:
        sent, template, unknown, missing = await aliyuns(
            stage,
            ("send_sms", SEND),
            ("get_sms_template", {"template_code": "SMS_100"}),
            ("send_sms", SEND | {"template_code": "SMS_999"}),
            ("send_sms", SEND | {"template_param": "{}"}),
        )
        assert (sent["Code"], sent["BizId"].endswith("^0")) == ("OK", True)
        assert template["TemplateStatus"] == "1"
        assert unknown["Code"] == "isv.SMS_TEMPLATE_ILLEGAL"
        assert missing["Code"] == "isv.TEMPLATE_MISSING_PARAMETERS"
        assert await stage.screen() == [SHOWN]


async def test_aliyuns_own_client_with_another_secret_is_refused():
    async with played("aliyun") as stage:
        [refused] = await aliyuns(stage, ("send_sms", SEND), secret="another")
        assert refused["Code"] == "SignatureDoesNotMatch"
        assert await stage.screen() == []
