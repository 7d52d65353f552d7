"""The settings of a demo: made once, kept in ``<data_dir>/demo.toml``, so that a restart finds its cases again."""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

from bot.supervisor.run_file import write_private

NAME = "demo.toml"
PLACES = "demo-dialog"
_PLACES = """\
# 演示用的地名表，地名是编的：区县 → 街道或镇 → 社区、小区、村。改完保存即生效。
奎文区:
  柳荫街道: [柳荫东里社区, 新城枫景, 望湖雅筑]
  东桥街道: [东桥社区, 锦绣年华]
坊子区:
  石桥镇: [前王村, 后王村]
寒亭区:
  北堤街道: [前王村]
"""
_TEMPLATE = """\
# 演示用的设置，由 petition-bot demo 生成。凭证是随机的，只在本机的沙箱里有效。
# Made by petition-bot demo; the credentials are random and open nothing but the sandbox on this machine.

[office]
name = "某市信访局"
district = "奎文区"

[notices]
quiet_hours = ""   # 演示时夜里也发通知

[broadcasts]
topics = ["停水停电", "供暖", "公交改线"]   # 居民可以在聊天里订阅这些通知

[log]
level = "warning"

[wechat.main]
app_id = "{app_id}"
app_secret = "{app_secret}"
token = "{token}"
encoding_aes_key = "{encoding_aes_key}"
mode = "safe"
mass_monthly = 4

[wechat.main.templates]
progress = "{template}"

[sms.main]
provider = "kannel"
number = "1069001"
sign = "某市信访局"
username = "petition"
password = "{sms_password}"
webhook_key = "{sms_key}"
sendsms_url = "http://127.0.0.1:8090/sms/cgi-bin/sendsms"   # 启动时改为沙箱的地址

[weibo.main]
app_key = "{weibo_key}"
app_secret = "{weibo_secret}"
access_token = "{weibo_token}"
uid = "1902538057"
rip = "127.0.0.1"

[api.tokens]
demo = "{api_token}"
"""


def keep_demo_settings(data_dir: Path) -> Path:
    """The file's path; it is made where it is not there yet."""
    path = data_dir / NAME
    if not path.exists():
        from channels.sandbox import PROGRESS_TEMPLATE_ID  # noqa: PLC0415 - needed once, slow to import

        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(
            path,
            _TEMPLATE.format(
                template=PROGRESS_TEMPLATE_ID,
                api_token=secrets.token_urlsafe(24),
                **account(),
                **{f"sms_{name}": value for name, value in _sms().items()},
                **{f"weibo_{name}": value for name, value in _weibo().items()},
            ),
        )
    return path


def keep_demo_places(data_dir: Path) -> Path:
    """A folder of dialog files with an invented list of places, to be looked at and edited; made where missing."""
    folder = (data_dir / PLACES).resolve()
    path = folder / "gazetteer.yml"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, _PLACES)
    return folder


def account() -> Mapping[str, str]:
    """Fresh credentials of an official account, in the platform's own forms."""
    return {
        "app_id": f"wx{secrets.token_hex(8)}",
        "app_secret": secrets.token_hex(16),
        "token": secrets.token_hex(12),
        "encoding_aes_key": base64.b64encode(secrets.token_bytes(32)).decode().rstrip("="),
    }


def _sms() -> Mapping[str, str]:
    return {"password": secrets.token_urlsafe(16), "key": secrets.token_urlsafe(24)}


def _weibo() -> Mapping[str, str]:
    return {
        "key": str(10**9 + secrets.randbelow(9 * 10**9)),
        "secret": secrets.token_hex(16),
        "token": f"2.00{secrets.token_urlsafe(20)}",
    }
