"""What is left behind: data that outlives a restart, logs and files that give nobody away."""

import json
import time
from pathlib import Path

import pytest
from residents import CODE, NUMBER
from wechat_client import Person


def test_after_everything_was_stopped_and_started_again_the_case_is_there(demo, demo_account, town):
    resident = town.resident()
    before = Person(account=demo_account, openid=resident.openid)
    before.say(resident.all_at_once)
    filed = before.say("确认")
    last = before.text("谢谢")
    thanked = before.push(last)

    demo.stop()
    assert not (demo.data_dir / "run.json").exists()
    demo.start()

    progress = before.say("进度")
    assert NUMBER.search(filed)[0] in progress
    assert "待受理" in progress
    assert before.push(last) == thanked


def _forms(secret: str) -> set[bytes]:
    """``secret`` as it would be written: as it is, and as JSON escapes it."""
    return {secret.encode(), json.dumps(secret)[1:-1].encode()}


@pytest.fixture
def secrets(demo, demo_account, office, town) -> list[str]:
    """What nobody may find; both deployments have heard some of it at least."""
    for account in (demo_account, office.account):
        resident = town.resident("楼顶漏水三年，物业推来推去")
        person = Person(account=account, openid=resident.openid)
        person.say(resident.all_at_once)
        assert CODE.search(person.say("确认"))
    invented = ["王女士", "13800000001", "幸福里小区门口的路灯", "昨晚又有人摔倒了", "维修人员明天到现场"]
    return [*invented, *(secret for resident in town.residents for secret in resident.secrets())]


def test_no_log_names_anybody_or_what_they_said(demo, office, secrets):
    for deployment in (demo, office.deployment):
        output = deployment.log.read_bytes()
        assert b"message.kept" in output  # it logs what it does
        assert [secret for secret in secrets for form in _forms(secret) if form in output] == []
        assert b"Traceback" not in output


def test_the_settings_secrets_are_in_no_log(demo, demo_account, office):
    account, tokens = demo.settings()["wechat"]["main"], demo.settings()["api"]["tokens"]
    output = demo.log.read_bytes().split("按 Ctrl-C 停止".encode())
    # the demo shows its token once to whoever started it, in the block that ends so
    logs = b"".join(part.split("已就绪".encode())[0] for part in output)
    held = [account["app_secret"], account["token"], account["encoding_aes_key"], *tokens.values()]
    assert [secret for secret in held if secret.encode() in logs] == []
    held = [office.platform.app_secret, office.account.token, office.account.aes_key, office.api.token]
    assert [secret for secret in held if secret.encode() in office.deployment.log.read_bytes()] == []


def test_no_file_of_the_data_folder_holds_anything_readable(demo, secrets):
    """The embedded mongod compresses (snappy: no entropy coding, what is new in a block stands in it as it is).

    That such a search finds what is there is shown by what may be there: the conversations' channel and account.
    """
    wanted = {form: secret for secret in secrets for form in _forms(secret)}
    contents = {path: path.read_bytes() for path in _files(demo.data_dir)}

    found = [(path.name, wanted[form]) for path, content in contents.items() for form in wanted if form in content]
    assert found == []
    assert any(b"wechat:main:" in content for path, content in contents.items() if "mongodb" in path.parts)
    assert {"mongodb", "redis"} <= {part for path in contents for part in path.parts}


def _files(folder: Path) -> list[Path]:
    time.sleep(0.2)  # mongod writes its journal ten times a second
    return [path for path in folder.rglob("*") if path.is_file()]
