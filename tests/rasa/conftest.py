"""A real Rasa 3.6 server with the exported project, our action server, and residents on either engine.

``make test-rasa`` runs these; by default they are left out. ``RASA_VENV`` names an environment with Rasa in it.
"""

import asyncio
import hashlib
import importlib.util
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import aiohttp
import pytest
import rasa_peer
from pydantic import SecretStr
from sanic import Sanic
from sanic import response as sanic_response

from bot.action_server import make_app
from bot.rasa_client import RasaClient
from dialogs.build import build_manager, load_actions
from dialogs.engine.rasa_server import RasaLink
from dialogs.files import DialogFiles
from dialogs.rasa_project import rasa_project

TESTS = Path(__file__).parents[1]
TOKEN = "rasa-token"
ACTIONS_TOKEN = "actions-token"


@pytest.fixture(scope="session", autouse=True)
def rasa_is_installed() -> None:
    if not rasa_peer.rasa_command().exists():
        pytest.skip(f"no Rasa in {rasa_peer.VENV}: run `make test-rasa`")


@pytest.fixture(scope="session")
def project() -> Path:
    """The exported project, trained as its README says; trained once for one content."""
    files = rasa_project(DialogFiles()).files
    content = hashlib.sha256("".join(files[name] for name in sorted(files)).encode()).hexdigest()
    folder = rasa_peer.VENV / "projects" / content[:16]
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    if not list(folder.glob("models/*.tar.gz")):
        rasa_peer.train(folder)
    return folder


@pytest.fixture(scope="session")
def actions_port() -> int:
    return int(os.environ.get("RASA_ACTIONS_PORT") or rasa_peer.free_port())


@pytest.fixture(scope="session")
def rasa_url(request: pytest.FixtureRequest, actions_port: int) -> Iterator[str]:
    """A server of its own, or one that runs already (``RASA_URL``, which calls ``RASA_ACTIONS_PORT``)."""
    if running := os.environ.get("RASA_URL"):
        yield running
        return
    project: Path = request.getfixturevalue("project")
    url = f"http://127.0.0.1:{actions_port}"
    with rasa_peer.rasa_server(
        project, actions_url=url, actions_token=ACTIONS_TOKEN, more=["--auth-token", TOKEN]
    ) as rasa:
        yield rasa


@pytest.fixture(scope="session")
def world() -> ModuleType:
    """The in-memory cases and the resident of the dialogs' own tests."""
    spec = importlib.util.spec_from_file_location("dialogs_world", TESTS / "dialogs" / "conftest.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Shared:
    """What is made once for all conversations: the embedded engine, and the actions that Rasa calls."""

    def __init__(self, world: ModuleType) -> None:
        self.pair: Any = None
        files = DialogFiles()
        chance = world.FixedChance()
        self.manager = build_manager(
            Now(self, "embedded"), chance, office=world.OFFICE, files=files, variation=Random(0)
        )
        self.actions = load_actions(Now(self, "rasa"), chance, office=world.OFFICE, files=files)


@pytest.fixture(scope="session")
def shared(world: ModuleType) -> Shared:
    return Shared(world)


class Pair:
    """One resident on each engine, in the same world."""

    def __init__(self, shared: Shared, world: ModuleType, http: aiohttp.ClientSession, url: str) -> None:
        self._world = world
        self._shared = shared
        shared.pair = self
        self.client = Faulty(RasaClient(http, url, SecretStr(TOKEN)))
        self.fallbacks: list[str] = []
        self.deaf = False  # the action server answers nothing but errors
        self.embedded: Any = None
        self.rasa: Any = None

    def begin(self, *, first_contact: bool, understanding: str = "own", seconds: float = 20.0) -> None:
        self.embedded = self._world.Resident(first_contact=first_contact, manager=self._shared.manager)
        self.rasa = self._world.Resident(first_contact=first_contact, manager=self._shared.manager)
        link = RasaLink(
            http=self.client,
            nonce=lambda: secrets.token_hex(8),
            clock=time.monotonic,
            fell_back=lambda reason, _: self.fallbacks.append(reason),
            seconds=seconds,
            own_understanding=understanding == "own",
        )
        self.rasa.manager = build_manager(
            self.rasa.cases, self._world.FixedChance(), office=self._world.OFFICE, variation=Random(0), rasa=link
        )

    def actions(self) -> Any:
        return self._shared.actions


class Now:
    """The cases of whoever talks on that engine just now."""

    def __init__(self, shared: Shared, engine: str) -> None:
        self._shared = shared
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(self._shared.pair, self._engine).cases, name)


class MayBeDeaf:
    """An action server's middleware for ``Pair.deaf``."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def __call__(self, _: Any) -> Any:
        return sanic_response.json({"error": "deaf"}, status=500) if self._pair.deaf else None


class Faulty:
    """A wire that may be told to lose answers: ``lose`` holds the calls (method) whose answer never comes."""

    def __init__(self, client: RasaClient) -> None:
        self._client = client
        self.lose: list[str] = []
        self.calls = 0

    async def call(self, method: str, path: str, *, body: Any = None) -> Any:
        self.calls += 1
        answer = await self._client.call(method, path, body=body)
        if method in self.lose:
            self.lose.remove(method)
            await asyncio.sleep(3600)
        return answer


@asynccontextmanager
async def action_server(pair: Pair, port: int) -> AsyncIterator[None]:
    """Our action server in this process, so that its actions and the resident share their cases."""
    Sanic.test_mode = True

    @asynccontextmanager
    async def opened() -> AsyncIterator[Any]:
        yield pair.actions()

    app = make_app(opened, token=ACTIONS_TOKEN)
    app.register_middleware(MayBeDeaf(pair), "request")
    server = await app.create_server(host="127.0.0.1", port=port, return_asyncio_server=True, access_log=False)
    assert server
    await server.startup()
    await server.before_start()
    await server.start_serving()
    try:
        yield
    finally:
        await server.close()
        await server.after_stop()
        Sanic.unregister_app(app)


@pytest.fixture
async def pair(shared: Shared, world: ModuleType, rasa_url: str, actions_port: int) -> AsyncIterator[Pair]:
    async with aiohttp.ClientSession() as http:
        found = Pair(shared, world, http, rasa_url)
        async with action_server(found, actions_port):
            yield found
        # Sanic keeps its apps, they their middleware: what a test built must not stay with them.
        found.embedded = found.rasa = shared.pair = None
