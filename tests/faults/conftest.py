"""Several web processes of one service, started once for all tests of a module that use them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from fault_cluster import Cluster
from fault_people import SmsWire, Talker, WeChatWire
from residents import Town


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("faults"))


@dataclass(frozen=True, kw_only=True)
class Four:
    """Four web processes and a worker; ``people`` of one channel who talk to any of them."""

    cluster: Cluster
    http: aiohttp.ClientSession
    town: Town

    def wechat(self) -> Talker:
        return self._talker(WeChatWire(self.cluster.platforms.accounts))

    def sms(self) -> Talker:
        return self._talker(SmsWire(self.cluster.platforms.accounts))

    def _talker(self, wire: WeChatWire | SmsWire) -> Talker:
        resident = self.town.resident()
        return Talker(
            resident=resident,
            sender=resident.openid if wire.channel == "wechat" else resident.phone,
            wire=wire,
            webs=self.cluster.addresses,
            http=self.http,
            chance=self.cluster.chance,
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def four(servers, tmp_path_factory) -> AsyncIterator[Four]:
    cluster = Cluster(tmp_path_factory.mktemp("four"), servers, webs=4, workers=1)
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as http:
            await cluster.start()
            yield Four(cluster=cluster, http=http, town=Town())
            assert cluster.died() == {}
    finally:
        await cluster.stop()
        await cluster.drop()
