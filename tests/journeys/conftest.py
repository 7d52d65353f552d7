"""Two deployments, each started once for all journeys of a worker, and the people who use them.

``demo``: everything by one command, with the platform played by the sandbox. ``office``: ``web`` and ``worker`` run by hand
beside servers that are there already, with a stand-in for the platform that shares nothing with the service.
"""

import secrets
import string
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from deployment import Demo, Deployment, free_port
from office_api import OfficeApi
from residents import Resident, Town
from standin import Platform, served
from wechat_client import Account, Person

from storage.embedded import Endpoints

TEMPLATE_ID = "progress-notice-0000000000000000000000000001"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups, whatever was asked for
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("journeys"))


@contextmanager
def running(deployment: Deployment) -> Iterator[None]:
    """SIGTERM at the end, and nothing is left; after a failed start whatever there is is ended."""
    try:
        deployment.start()
        yield
        deployment.stop()
    finally:
        deployment.abandon()


@pytest.fixture(scope="session")
def town() -> Town:
    return Town()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    deployment = Demo(tmp_path_factory.mktemp("demo"))
    with running(deployment):
        yield deployment


@pytest.fixture
def demo_api(demo: Demo) -> OfficeApi:
    return OfficeApi(url=demo.bot_url, token=demo.settings()["api"]["tokens"]["demo"])


@pytest.fixture
def demo_account(demo: Demo) -> Account:
    """The demo's official account: messages pushed to it do not come from the sandbox, but the bot cannot tell."""
    of = demo.settings()["wechat"]["main"]
    url = f"{demo.bot_url}/channels/wechat/main"
    return Account(url=url, app_id=of["app_id"], token=of["token"], aes_key=of["encoding_aes_key"])


@dataclass(frozen=True, kw_only=True)
class Office:
    """Web and worker, the account they serve, the platform they send to, and the API."""

    deployment: Deployment
    account: Account
    platform: Platform
    api: OfficeApi
    town: Town

    def newcomer(self, matter: str = "路灯坏了一个多月，晚上太黑") -> tuple[Resident, Person]:
        """Somebody new, and the hand on their phone."""
        resident = self.town.resident(matter)
        return resident, Person(account=self.account, openid=resident.openid)


@pytest.fixture(scope="session")
def office(servers: Endpoints, town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    port, token = free_port(), secrets.token_urlsafe(24)
    platform = Platform(app_id=f"wx{secrets.token_hex(8)}", app_secret=secrets.token_hex(16))
    key = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(42)) + "A"
    url = f"http://127.0.0.1:{port}"
    account = Account(
        url=f"{url}/channels/wechat/main", app_id=platform.app_id, token=secrets.token_hex(8), aes_key=key
    )
    with served(platform):
        env = _settings(servers, account, platform) | {"BOT_HTTP__PORT": str(port), "BOT_API__TOKENS__JOURNEYS": token}
        deployment = Deployment(tmp_path_factory.mktemp("office"), ("web",), ("worker",), env=env)
        with running(deployment):
            deployment.wait_ready(f"{url}/readyz")
            api = OfficeApi(url=url, token=token)
            yield Office(deployment=deployment, account=account, platform=platform, api=api, town=town)


def _settings(servers: Endpoints, account: Account, platform: Platform) -> dict[str, str]:
    main = {
        "APP_ID": account.app_id,
        "APP_SECRET": platform.app_secret,
        "TOKEN": account.token,
        "ENCODING_AES_KEY": account.aes_key,
        "API_BASE": platform.url,
        "TEMPLATES__PROGRESS": TEMPLATE_ID,
    }
    return {
        "BOT_MONGODB_URI": servers.mongodb_uri.replace("/?", f"/j_{uuid.uuid4().hex}?"),
        "BOT_REDIS_URL": f"{servers.redis_url}?db=9",
        "BOT_NOTICES__QUIET_HOURS": "",
        "BOT_LOG__LEVEL": "debug",
        "BOT_LOG__FORMAT": "json",
        **{f"BOT_WECHAT__MAIN__{name}": value for name, value in main.items()},
    }
