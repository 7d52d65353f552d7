"""The way to a Rasa server and back: the wire, the exported project, the action server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr
from rasa_sdk import Action
from ruamel.yaml import YAML
from sanic import Sanic
from typer.testing import CliRunner

from bot.action_server import make_app
from bot.cli.main import app as commands
from bot.metrics import Metrics
from bot.rasa_client import RasaClient, rasa_link
from bot.settings import load
from dialogs.engine.bot import load_bot
from dialogs.engine.contract import Message
from dialogs.engine.rasa_events import TURN
from dialogs.engine.rasa_server import RasaAway


@asynccontextmanager
async def served(handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    finally:
        await runner.cleanup()


async def test_the_wire_carries_json_both_ways_and_shows_the_token() -> None:
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.method, request.raw_path, await request.json()))
        return web.json_response({"ok": 1})

    async with served(answer) as url, aiohttp.ClientSession() as http:
        client = RasaClient(http, url, SecretStr("to ken"))
        assert await client.call("PUT", "/conversations/wechat:a:b/tracker/events", body=[1]) == {"ok": 1}
        assert await client.call("GET", "/x?include_events=ALL", body={}) == {"ok": 1}
    assert seen[0] == ("PUT", "/conversations/wechat:a:b/tracker/events?token=to+ken", [1])
    assert seen[1][1] == "/x?include_events=ALL&token=to+ken"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (web.Response(status=500), "status:500"),
        (web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}), "status:302"),
        (web.Response(text="<html>"), "unreadable"),
        (web.Response(body=b"[" + b"1," * 5_000_000 + b"1]"), "unreadable"),
    ],
)
async def test_an_answer_that_is_none_is_named(answer: web.Response, reason: str) -> None:
    async def give(_: web.Request) -> web.Response:
        return answer

    async with served(give) as url, aiohttp.ClientSession() as http:
        with pytest.raises(RasaAway) as away:
            await RasaClient(http, url, None).call("GET", "/x")
    assert away.value.reason == reason


async def test_a_server_that_is_not_there_is_named() -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(RasaAway) as away:
            await RasaClient(http, "http://127.0.0.1:1", None).call("GET", "/x")
    assert away.value.reason == "unreachable"


async def test_the_settings_make_the_link_and_fallbacks_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "bot.toml"
    file.write_text(
        '[dialog]\nengine = "rasa"\nrasa_url = "http://rasa:5005/"\nrasa_timeout = 2\nrasa_token = "hush"\n'
    )
    settings = load([file], {})
    metrics = Metrics()
    async with aiohttp.ClientSession() as http:
        link = rasa_link(settings.dialog, http, metrics)
        assert rasa_link(load([], {}).dialog, http, metrics) is None
    assert link is not None
    assert (link.seconds, link.own_understanding) == (2, True)
    assert "hush" in set(settings.secrets())
    message = Message(id="m", text="", sender_id="s", channel="wechat", at=None)  # type: ignore[arg-type]
    link.fell_back("action:action_go", message)
    assert metrics.registry.get_sample_value("petition_dialog_fallbacks_total", {"reason": "action"}) == 1


def test_the_exported_project_is_whole_and_our_keys_are_left_out_by_name(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    shipped = Path(__file__).parents[2] / "dialogs" / "data" / "domain.yml"
    extended = shipped.read_text("utf-8")
    extended += (
        "\nx_petition:\n  forms:\n    petition_form:\n      interrupts: [ask_policy]\n"
        if "x_petition" not in extended
        else ""
    )
    (own / "domain.yml").write_text(extended, "utf-8")
    (own / "responses.yml").write_text("responses:\n  utter_goodbye:\n    - text: 再会。\n", "utf-8")
    (tmp_path / "bot.toml").write_text(f'[dialog]\nfiles = "{own}"\n')
    target = tmp_path / "project"
    done = CliRunner().invoke(commands, ["--config", str(tmp_path / "bot.toml"), "rasa", "export", str(target)])
    assert done.exit_code == 0, done.output
    assert "未导出 x_petition.forms.petition_form.interrupts" in done.output
    assert "x_petition.forms.petition_form.interrupts" in (target / "README.md").read_text("utf-8")
    domain = YAML(typ="safe").load(target / "domain.yml")
    assert not [key for key in domain if key.startswith("x_")]
    assert domain["responses"]["utter_goodbye"] == [{"text": "再会。"}]
    assert "*id" not in (target / "domain.yml").read_text("utf-8")
    load_bot([target / "domain.yml", target / "data"])
    for name in ("config.yml", "credentials.yml", "endpoints.yml"):
        assert YAML(typ="safe").load(target / name)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = CliRunner().invoke(commands, ["rasa", "export", str(tmp_path)])
    assert "已有别的内容" in getattr(done.exception, "sentence", "")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert CliRunner().invoke(commands, ["rasa", "export", str(tmp_path), "--force"]).exit_code == 0


class Go(Action):
    def __init__(self) -> None:
        self._lock = asyncio.Lock()  # what cannot be pickled

    def name(self) -> str:
        return "action_go"

    async def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="went")
        return []


@pytest.mark.filterwarnings("ignore:Your versions of rasa and rasa_sdk:UserWarning")
async def test_the_action_server_runs_our_actions_reports_to_our_turns_and_asks_for_the_token(unused_tcp_port) -> None:
    Sanic.test_mode = True
    closed = []

    @asynccontextmanager
    async def opened() -> AsyncIterator[list[Action]]:
        yield [Go()]
        closed.append(True)

    app = make_app(opened, token="secret")
    server = await app.create_server(
        host="127.0.0.1", port=unused_tcp_port, return_asyncio_server=True, access_log=False
    )
    await server.startup()
    await server.before_start()
    url = f"http://127.0.0.1:{unused_tcp_port}/webhook"
    call = {
        "next_action": "action_go",
        "version": "3.6.21",
        "domain": {"actions": ["action_go"]},
        "tracker": {"sender_id": "x"},
    }
    ours = {**call, "tracker": {"sender_id": "x", "latest_message": {"metadata": {TURN: "n"}}}}
    try:
        async with aiohttp.ClientSession() as http:
            async with http.post(url, json=call) as refused:
                assert refused.status == 401
            async with http.post(f"{url}?token=secret", json=call) as answer:
                plain = await answer.json()
            async with http.post(f"{url}?token=secret", json=ours) as answer:
                reported = await answer.json()
    finally:
        await server.close()
        await server.after_stop()
        Sanic.unregister_app(app)
    assert [response["text"] for response in plain["responses"]] == ["went"]
    assert reported["responses"][1]["custom"] == {"petition_ran": "action_go"}
    assert closed == [True]
