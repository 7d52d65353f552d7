"""A resident on Weibo: a petition by private message; in public an invitation and nothing else."""

import secrets
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from deployment import READY_SECONDS, Deployment, free_port
from office_api import OfficeApi
from residents import NUMBER, Driver
from waiting import ended, until
from weibo_phone import WeiboPhone, control

if TYPE_CHECKING:
    import subprocess

INVITATION = "请私信我们"


@dataclass(frozen=True, kw_only=True)
class WeiboOffice:
    """Web and worker, and the platform beside them; nobody has told them of any other channel."""

    deployment: Deployment
    api: OfficeApi
    sandbox_url: str
    env: dict[str, str]

    def phone(self, name: str) -> WeiboPhone:
        return WeiboPhone.new(self.sandbox_url, name)

    def said_in_public(self) -> list[dict[str, str]]:
        return list(control(self.sandbox_url, "GET", "/posts")["items"])

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """A command of staff, typed in the same surroundings."""
        command = [sys.executable, "-m", "bot", *words]
        folder = self.deployment.data_dir.parent
        return ended(command, env=self.env, cwd=folder)


@pytest.fixture(scope="module")
def weibo_office(servers, tmp_path_factory) -> Iterator[WeiboOffice]:
    url, port = f"http://127.0.0.1:{free_port()}", free_port()
    sandbox_url, token = f"http://127.0.0.1:{port}", secrets.token_urlsafe(24)
    account = {
        "APP_KEY": "1234567890",
        "APP_SECRET": secrets.token_hex(16),
        "ACCESS_TOKEN": f"2.00{secrets.token_hex(16)}",
        "UID": "1902538057",
        "API_BASE": f"{sandbox_url}/weibo",
        "UPLOAD_BASE": f"{sandbox_url}/weibo",
        "RIP": "203.0.113.5",
        "SAFE_DOMAINS": "example.gov.cn",
        "DAILY_CALLS": "400000",
    }
    env = {
        "BOT_MONGODB_URI": servers.mongodb_uri.replace("/?", f"/w_{uuid.uuid4().hex}?"),
        "BOT_REDIS_URL": f"{servers.redis_url}?db=11",
        "BOT_NOTICES__QUIET_HOURS": "",
        "BOT_LOG__LEVEL": "debug",
        "BOT_LOG__FORMAT": "json",
        "BOT_HTTP__PORT": url.rpartition(":")[2],
        "BOT_HTTP__PUBLIC_URL": "https://petition.example.gov.cn",
        "BOT_API__TOKENS__JOURNEYS": token,
        **{f"BOT_WEIBO__MAIN__{name}": value for name, value in account.items()},
    }
    platform = ("sandbox", "--port", str(port), "--bot-url", url)
    deployment = Deployment(tmp_path_factory.mktemp("weibo-office"), platform, ("web",), ("worker",), env=env)
    try:
        deployment.start()
        deployment.wait_ready(f"{url}/readyz")
        deployment.wait_ready(f"{sandbox_url}/_ctl/weibo/status")
        control(sandbox_url, "POST", "/quota", {"calls_a_day": 1_000_000})
        until(
            lambda: control(sandbox_url, "GET", "/status")["bot"] == "ready", "the URL check is passed", READY_SECONDS
        )
        yield WeiboOffice(
            deployment=deployment,
            api=OfficeApi(url=url, token=token),
            sandbox_url=sandbox_url,
            env=deployment._env,
        )
        deployment.stop()
    finally:
        deployment.abandon()


def test_a_petition_by_private_message_is_filed_and_every_step_comes_back(weibo_office, town):
    phone = weibo_office.phone("王阿姨")
    resident = town.resident(openid=phone.uid)
    number, messages = Driver(resident=resident, by_last_word=True).file(phone.say, opening=resident.all_at_once)
    assert messages <= 4
    assert all(len(text) <= 300 for _, text in phone.heard)
    assert phone.heard[0][0] == "passive"
    case = weibo_office.api.case(number)
    assert case["state"] == "submitted"
    assert "路灯坏了一个多月" in case["content"]
    [talk] = weibo_office.api.conversations(phone.uid, channel="weibo")
    assert talk["channel"] == "weibo"

    weibo_office.api.move(number, "accepted", note="已登记受理")
    assert phone.hear("登记受理")[0] == "customer_service"
    assert weibo_office.api.wait_notices(number) == [("customer_service", "sent")]

    weibo_office.api.move(number, "answered", answer="路灯已于11月20日修好，已现场回访。")
    _publish_report(weibo_office, number, resident)


def _publish_report(weibo_office, number, resident):
    """Shown first; published only with what the look at it gave; and never twice."""
    shown = weibo_office.run("weibo", "report", number)
    assert shown.returncode == 0, shown.stderr
    assert "路灯已于11月20日修好" in shown.stdout
    assert not [each for each in resident.secrets() if each in shown.stdout]
    assert not [post for post in weibo_office.said_in_public() if number in post["text"]]
    assert weibo_office.run("weibo", "report", number, "--approve", "00000000").returncode == 1
    seal = shown.stdout.split("--approve ")[1].split()[0]
    published = weibo_office.run("weibo", "report", number, "--approve", seal)
    assert published.returncode == 0, published.stderr
    posts = [post["text"] for post in weibo_office.said_in_public() if number in post["text"]]
    assert len(posts) == 1
    assert posts[0] in shown.stdout
    again = weibo_office.run("weibo", "report", number, "--approve", seal)
    assert (again.returncode, "已经播报过" in again.stderr) == (1, True)


def test_twelve_people_file_by_private_message_in_at_most_four(weibo_office, town):
    phones = [weibo_office.phone(f"街坊{count}") for count in range(12)]
    people = [(phone, town.resident(openid=phone.uid), bool(count % 2)) for count, phone in enumerate(phones)]
    with ThreadPoolExecutor(max_workers=6) as pool:
        numbers = list(pool.map(lambda one: _filed(*one), people))
    assert len(set(numbers)) == len(people)
    assert all("路灯坏了一个多月" in weibo_office.api.case(number)["content"] for number in numbers)


def _filed(phone, resident, whole):
    """The number, after one message and a confirmation where the first was ``whole``, else after at most four."""
    said = [resident.all_at_once if whole else resident.matter]
    while not (filed := NUMBER.search(reply := phone.say(said[-1]))):
        said.append(_all_that_is_asked(resident, reply))
        assert len(said) <= (2 if whole else 4), said
    return filed[0]


def _all_that_is_asked(resident, reply):
    if "确认" in reply:
        return "确认"
    return resident.place if "地点" in reply else f"{resident.name} {resident.phone}"


def test_a_comment_about_a_case_gets_the_invitation_and_nothing_of_the_case(weibo_office, town):
    phone = weibo_office.phone("李师傅")
    resident = town.resident(openid=phone.uid)
    number, _ = Driver(resident=resident, by_last_word=True).file(phone.say, opening=resident.all_at_once)
    before = weibo_office.api.timeline(number)
    private = len(phone.heard)

    written = phone.do("comment", text=f"我的诉求{number}进度怎么样了？我叫{resident.name}")["id"]

    def answers():
        return [post["text"] for post in weibo_office.said_in_public() if post["under"] == written]

    until(answers, "the comment is answered")
    [answer] = answers()
    _is_the_invitation_alone(answer, resident)
    _, text = phone.hear(INVITATION)
    assert text == answer
    assert len(phone.heard) == private + 1
    assert weibo_office.api.timeline(number) == before
    assert number in phone.say("进度"), "in private, the conversation is where it was"


def test_a_mention_that_is_pushed_gets_the_invitation_in_private(weibo_office, town):
    phone = weibo_office.phone("小陈")
    resident = town.resident(openid=phone.uid)
    told = phone.do("post", text=f"@某市信访局 进度！WF261121001237 {resident.matter}", pushed=True)
    _is_the_invitation_alone(told["outcome"]["reply"]["text"], resident)
    again = phone.do("post", text="@某市信访局 进度！", pushed=True)
    assert again["outcome"]["reply"] is None
    assert "信访" in phone.say("你好"), "whoever was invited is greeted like anybody new"


def _is_the_invitation_alone(text, resident):
    assert INVITATION in text
    assert NUMBER.search(text) is None
    assert not [each for each in (*resident.secrets(), "受理", "办理中", "已登记") if each in text]


def test_a_notice_is_shown_asked_about_and_published(weibo_office):
    text = "明天上午九点检修水管，详见 https://www.example.gov.cn/n/1"
    refused = weibo_office.run("weibo", "publish", "#停水# 没有网址")
    assert refused.returncode == 1
    assert "话题" in refused.stderr
    unsure = weibo_office.run("weibo", "publish", text)
    assert unsure.returncode == 1
    assert text in unsure.stdout
    assert text not in [post["text"] for post in weibo_office.said_in_public()]
    done = weibo_office.run("weibo", "publish", text, "--yes")
    assert done.returncode == 0, done.stderr
    assert text in [post["text"] for post in weibo_office.said_in_public()]
    twice = weibo_office.run("weibo", "publish", text, "--yes")
    assert (twice.returncode, "相同或太相似" in twice.stderr) == (1, True)


def test_nobody_and_no_secret_is_in_the_logs(weibo_office, town):
    told = weibo_office.deployment.output()
    secrets_ = [value for name, value in weibo_office.env.items() if name.endswith(("APP_SECRET", "ACCESS_TOKEN"))]
    people = [each for resident in town.residents for each in resident.secrets()]
    assert [each for each in (*secrets_, *people) if each in told] == []
