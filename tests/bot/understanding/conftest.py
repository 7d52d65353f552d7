"""A model server of one's own: real sockets, the OpenAI-compatible protocol, faults on demand."""

import asyncio
import hashlib
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class ModelServer:
    """``bodies`` and ``headers`` are what it was sent. ``fault`` answers instead, where it is set."""

    bodies: list = field(default_factory=list)
    headers: list = field(default_factory=list)
    dimensions: int = 4
    fault: object = None
    says: str = "换一个说法"
    url: str = ""

    async def embeddings(self, request):
        faulty = await self._hear(request)
        if faulty is not None:
            return faulty
        data = [
            {"object": "embedding", "index": index, "embedding": self.row(text)}
            for index, text in enumerate(self.bodies[-1]["input"])
        ]
        # in any order: the index counts
        return web.json_response({"object": "list", "data": data[::-1], "model": self.bodies[-1]["model"]})

    async def chat(self, request):
        faulty = await self._hear(request)
        return faulty or web.json_response({"choices": [{"message": {"role": "assistant", "content": self.says}}]})

    async def _hear(self, request):
        self.bodies.append(await request.json())
        self.headers.append(dict(request.headers))
        return await self.fault(request) if self.fault else None

    def row(self, text):
        digest = hashlib.sha256(text.encode()).digest()
        return [3.0 * (byte + 1) for byte in digest[: self.dimensions]]

    @property
    def heard(self):
        """Everything that was sent, as one string."""
        return str(self.bodies)


@pytest.fixture
async def model_server():
    played = ModelServer()
    app = web.Application()
    app.router.add_post("/v1/embeddings", played.embeddings)
    app.router.add_post("/v1/chat/completions", played.chat)
    async with TestServer(app) as server:
        played.url = str(server.make_url("/v1"))
        yield played


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def hang():
    """A fault: no answer until the test is over."""

    async def fault(_request):
        await asyncio.sleep(30)
        return web.Response()

    return fault
