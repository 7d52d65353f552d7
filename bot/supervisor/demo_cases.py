"""A handful of invented cases in different states, filed through the API as another system would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

_SECONDS = 10.0
_REFUSED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCase:
    """What is filed, then the moves made with it."""

    body: Mapping[str, Any]
    moves: Sequence[Mapping[str, Any]] = ()


_ACCEPTED = {"to": "accepted", "note": "您的诉求已受理，我们会尽快转交有关单位。"}

CASES = (
    DemoCase(
        body={
            "type": "求助",
            "title": "幸福里小区门口路灯不亮",
            "content": "东风东街幸福里小区门口的路灯坏了一个多月，晚上太黑，老人出门容易摔跤，请尽快修一下。",
            "place": {"text": "奎文区东风东街幸福里小区门口", "district": "奎文区"},
            "since": "一个多月前",
            "filer": {"name": "王女士", "phone": "13800000001"},
        },
        moves=(
            _ACCEPTED,
            {"to": "assigned", "unit": "市城市管理局", "note": "已转市城市管理局办理。"},
            {"to": "in_progress", "note": "维修人员已到现场查看，需要更换一段电缆。"},
        ),
    ),
    DemoCase(
        body={
            "type": "投诉",
            "title": "楼下烧烤店深夜噪声和油烟扰民",
            "content": "楼下烧烤店每天营业到凌晨两点，油烟直接往楼上飘，音响声音很大，孩子没法睡觉。",
            "place": {"text": "奎文区文化路中段", "district": "奎文区"},
            "since": "今年夏天",
            "filer": {"name": "李先生", "phone": "13800000002"},
            "confidential": True,
        },
        moves=(_ACCEPTED,),
    ),
    DemoCase(
        body={
            "type": "建议",
            "title": "建议在人民公园东门加建无障碍坡道",
            "content": "人民公园东门只有台阶，推轮椅和婴儿车进不去，建议加一处无障碍坡道。",
            "place": {"text": "潍城区人民公园东门", "district": "潍城区"},
            "filer": {"name": "赵女士", "phone": "13800000003"},
        },
    ),
    DemoCase(
        body={
            "type": "求助",
            "title": "老旧小区自来水发黄",
            "content": "小区自来水这几天早上发黄，放十几分钟才清，想请有关部门来检测一下水质。",
            "place": {"text": "寒亭区民主街某小区", "district": "寒亭区"},
            "anonymous": True,
        },
        moves=({"to": "needs_info", "note": "请补充小区名称和楼号，方便工作人员上门取水样。"},),
    ),
)


async def file_demo_cases(bot_url: str, token: str) -> str:
    """File them where there is no case yet; "" when all went well, else what was answered."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with aiohttp.ClientSession(
            f"{bot_url}/api/v1/", headers=headers, timeout=timeout, trust_env=False
        ) as session:
            async with session.get("cases", params={"limit": "1"}) as answer:
                if (await answer.json())["items"]:
                    return ""
            for index, case in enumerate(CASES):
                await _file(session, index, case)
    except _Refused as refusal:
        return str(refusal)
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
        return type(error).__name__
    return ""


class _Refused(Exception):
    """The API would not do it."""


async def _file(session: aiohttp.ClientSession, index: int, case: DemoCase) -> None:
    filed = await _post(session, "cases", case.body, key=f"demo-{index}")
    for step, move in enumerate(case.moves):
        await _post(session, f"cases/{filed['number']}/transitions", move, key=f"demo-{index}-{step}")


async def _post(session: aiohttp.ClientSession, path: str, body: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
    async with session.post(path, json=body, headers={"Idempotency-Key": key}) as answer:
        told: Mapping[str, Any] = await answer.json(content_type=None)
        if answer.status >= _REFUSED:
            raise _Refused(f"{answer.status} {told.get('title', '')} {told.get('detail', '')}".strip())
        return told
