"""What all tests share: real servers, a fresh database each, and no way out of this machine."""

import asyncio
import logging
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import structlog
from database_pool import DatabasePool
from hypothesis import HealthCheck, settings

from storage.driver import Database, connect
from storage.embedded import EmbeddedServers, Endpoints
from storage.master_key import KeyFile
from storage.personal_data import Vault, open_vault

# The same examples in each run, and none too slow on a busy machine (docs/decisions/0029);
# ``--hypothesis-profile=search`` draws new ones.
_CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("same", _CALM, derandomize=True)
settings.register_profile("search", _CALM)
settings.load_profile("same")


_LONGEST_NAME = 200


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="DIR", type=Path, help="where the manual's pictures go (make pictures)")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """What is long is named by its length: a name goes into the environment of programs, which has its bounds."""
    return f"{argname} of {len(val)}" if isinstance(val, str | bytes) and len(val) > _LONGEST_NAME else None


@pytest.fixture(scope="session", autouse=True)
def _put_logs_back() -> Callable[[], None]:
    """Puts logs back as they were before anything ran."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level

    def put_back() -> None:
        structlog.configure(**before)
        for handler in [handler for handler in root.handlers if handler not in handlers]:
            root.removeHandler(handler)
        root.setLevel(level)

    return put_back


@pytest.fixture(autouse=True)
def _logs_as_before(_put_logs_back: Callable[[], None]) -> Iterator[None]:
    """What a command did to the logs ends with its test: it may point at a stream that is closed by then.

    Before the test too: a fixture of the whole module may have run a command.
    """
    _put_logs_back()
    yield
    _put_logs_back()


@pytest.fixture(scope="session")
def servers() -> Iterator[Endpoints]:
    """A real mongod and a real Redis-protocol server, started once for this test process."""
    with tempfile.TemporaryDirectory(prefix="pb-") as folder, asyncio.Runner() as runner:
        embedded = EmbeddedServers(Path(folder))
        endpoints = runner.run(embedded.start())
        runner.run(_keep_what_is_over(endpoints.mongodb_uri))
        yield endpoints
        runner.run(embedded.stop())


async def _keep_what_is_over(uri: str) -> None:
    """Tests live on days that are past: mongod, which looks at the real clock, would sweep what they keep away."""
    admin = await connect(uri, timeout_ms=10_000, name="admin")
    await admin.command("setParameter", 1, ttlMonitorEnabled=False)
    await admin.close()


@pytest.fixture(params=["motor", "pymongo"])
def each_driver(request: pytest.FixtureRequest) -> str:
    """Makes a test run once with each client: ``pytestmark = pytest.mark.usefixtures("each_driver")``."""
    return str(request.param)


@pytest.fixture
def driver(request: pytest.FixtureRequest) -> str:
    """The client to use: the default, but for tests with ``each_driver``."""
    return str(request.getfixturevalue("each_driver")) if "each_driver" in request.fixturenames else "pymongo"


@pytest.fixture(scope="session")
def databases(servers: Endpoints) -> DatabasePool:
    """The databases of this test process."""
    return DatabasePool(servers.mongodb_uri)


@pytest.fixture
async def database(databases: DatabasePool, driver: Any) -> AsyncIterator[Database]:
    """An empty database of the test's own."""
    async with databases.lent(driver) as lent:
        yield lent


@pytest.fixture
async def new_database(databases: DatabasePool, driver: Any) -> AsyncIterator[Database]:
    """A database in which nothing ever was, dropped afterwards."""
    async with databases.new(driver) as made:
        yield made


@pytest.fixture
async def vault(database: Database, tmp_path: Path) -> Vault:
    """A vault with fresh keys in ``database``."""
    return await open_vault(database, KeyFile(tmp_path / "keys" / "master.key"))


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection beyond loopback and unix sockets fails."""
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))


def _guarded(original: Any) -> Any:
    def connect_here(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            msg = f"a test wanted to reach {address}"
            raise AssertionError(msg)
        return original(self, address)

    return connect_here


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tester's own BOT_* variables do not reach the tests."""
    for name in os.environ:
        if name.startswith("BOT_"):
            monkeypatch.delenv(name)
