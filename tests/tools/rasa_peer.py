"""A real Rasa 3.6 server beside the tests: trained, started, asked, recorded. Only ``make test-rasa`` uses it."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

_HERE = Path(__file__).parent
_TRAIN_SECONDS = 600
_START_SECONDS = 240
_TURN_SECONDS = 30
VENV = Path(os.environ.get("RASA_VENV", str(_HERE.parents[1] / ".venv-rasa")))


def rasa_command() -> Path:
    return VENV / "bin" / "rasa"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def train(project: Path, *arguments: str) -> None:
    """Train the project; the model is in ``models``."""
    with (project / "train.log").open("w") as log:
        subprocess.run(
            [rasa_command(), "train", *arguments],
            cwd=project,
            env=_environment(),
            check=True,
            timeout=_TRAIN_SECONDS,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONPATH": ".",
        "OMP_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


@contextmanager
def process(
    command: Sequence[str | Path], url: str, *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A server for as long as the block; it is asked at ``url`` until it answers."""
    with log.open("wb") as out:
        started = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait(url, started, log)
            yield started
        finally:
            if started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
            started.wait(10)


def _wait(url: str, started: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends:
        if started.poll() is not None:
            break
        if asyncio.run(_answers(url)):
            return
        time.sleep(0.2)
    raise AssertionError(f"not started: {log.read_text('utf-8', errors='replace')[-2000:]}")


async def _answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as http, http.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


@contextmanager
def rasa_server(
    project: Path, *, actions_url: str, actions_token: str = "", port: int | None = None, more: Sequence[str] = ()
) -> Iterator[str]:
    """Rasa with its newest model, on a port of its own; its URL."""
    port = port or free_port()
    token = f"  token: {actions_token}\n" if actions_token else ""
    (project / "endpoints.yml").write_text(f"action_endpoint:\n  url: {actions_url}/webhook\n{token}", "utf-8")
    command = [rasa_command(), "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port), *more]
    url = f"http://127.0.0.1:{port}"
    with process(command, url, log=project / "server.log", env=_environment(), cwd=project):
        yield url


@contextmanager
def recorded_bot(bot: Path, folder: Path) -> Iterator[str]:
    """The server of a bot made for recording (``domain*``, ``data``, ``config.yml``, ``actions.py``)."""
    project = folder / "project"
    if not (project / "models").exists():
        project.mkdir(exist_ok=True)
        for name in ("domain.yml", "domain", "data", "config.yml", "annotated.py"):
            source = bot / name
            if source.is_dir():
                shutil.copytree(source, project / name, dirs_exist_ok=True)
            elif source.exists():
                shutil.copy(source, project / name)
        (project / "credentials.yml").write_text("rest:\n", "utf-8")
        train(project, "--skip-validation", "--domain", "domain" if (bot / "domain").is_dir() else "domain.yml")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, _HERE / "action_server.py", bot / "actions.py", str(port)]
    with process(command, f"{url}/health", log=project / "actions.log"), rasa_server(project, actions_url=url) as rasa:
        yield rasa


class Recorder:
    """Says scenarios to a server and writes down what came of each turn, event for event."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    async def record(self, name: str, said: Sequence[str]) -> list[dict[str, Any]]:
        conversation = f"{name}-{time.time_ns()}"
        turns: list[dict[str, Any]] = []
        before: list[dict[str, Any]] = []
        for text in said:
            if text.startswith("@sleep"):
                before = await self._grow_old(conversation, float(text.split()[1]))
                turns.append({"user": text})
                continue
            messages = await self._say(conversation, text)
            tracker = await self._tracker(conversation)
            turns.append(_turn(text, messages, tracker, before))
            before = tracker["events"]
        return turns

    async def _say(self, conversation: str, text: str) -> list[dict[str, Any]]:
        body = {"sender": conversation, "message": text}
        async with self._http.post(f"{self._url}/webhooks/rest/webhook", json=body) as answer:
            answer.raise_for_status()
            return list(await answer.json())

    async def _tracker(self, conversation: str) -> dict[str, Any]:
        params = {"include_events": "ALL"}
        async with self._http.get(f"{self._url}/conversations/{conversation}/tracker", params=params) as answer:
            answer.raise_for_status()
            return dict(await answer.json())

    async def _grow_old(self, conversation: str, minutes: float) -> list[dict[str, Any]]:
        events = (await self._tracker(conversation))["events"]
        older = [{**_sendable(event), "timestamp": event["timestamp"] - minutes * 60} for event in events]
        url = f"{self._url}/conversations/{conversation}/tracker/events"
        async with self._http.put(url, json=older) as answer:
            answer.raise_for_status()
        return list((await self._tracker(conversation))["events"])


def _since(before: Sequence[Any], events: Sequence[Any]) -> Sequence[Any]:
    """What is new in ``events``; of what was before, Rasa keeps the last session only."""
    kept = next(
        k for k in range(min(len(before), len(events)), -1, -1) if list(events[:k]) == list(before[len(before) - k :])
    )
    return events[kept:]


def _turn(
    text: str, messages: list[dict[str, Any]], tracker: Mapping[str, Any], before: Sequence[Any]
) -> dict[str, Any]:
    new = _since(before, tracker["events"])
    return {
        "user": text,
        "messages": [{k: v for k, v in message.items() if k != "recipient_id"} for message in messages],
        **_understood(text, new),
        "events": [brief(e) for e in new if e["event"] != "user_featurization"],
        "slots": {name: value for name, value in tracker["slots"].items() if value is not None},
        "active_loop": (tracker.get("active_loop") or {}).get("name"),
    }


def _understood(text: str, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What Rasa's own NLU made of a free text: an engine without it is handed the same."""
    heard = next((e["parse_data"] for e in events if e["event"] == "user"), None)
    if heard is None or text.startswith("/") or not heard["intent"].get("name"):
        return {}
    base = heard["intent"]["name"]
    full = heard.get("response_selector", {}).get(base, {}).get("response", {}).get("intent_response_key")
    return {
        "parse": {"intent": full or base, "confidence": heard["intent"]["confidence"], "entities": heard["entities"]}
    }


def _sendable(event: Mapping[str, Any]) -> dict[str, Any]:
    """Rasa refuses what it wrote itself: an intent whose name is null."""
    if event["event"] != "user":
        return dict(event)
    parse = event["parse_data"]
    intent = {key: value for key, value in parse["intent"].items() if value is not None}
    ranking = [item for item in parse.get("intent_ranking", ()) if item.get("name")]
    return {**event, "parse_data": {**parse, "intent": intent, "intent_ranking": ranking}}


def brief(event: Mapping[str, Any]) -> list[Any]:
    """An event as recordings hold it."""
    match event["event"]:
        case "user" as kind:
            parse = event["parse_data"]
            entities = [[e["entity"], e.get("value"), *_labels(e)] for e in parse["entities"]]
            return [kind, event["text"], parse["intent"].get("name"), entities]
        case "bot" as kind:
            data = {key: value for key, value in (event.get("data") or {}).items() if value}
            return [kind, event.get("text"), data, (event.get("metadata") or {}).get("utter_action")]
        case "slot" as kind:
            return [kind, event["name"], event.get("value")]
        case "loop_interrupted" as kind:
            return [kind, event["is_interrupted"]]
        case "action" | "action_execution_rejected" | "active_loop" | "followup" as kind:
            return [kind, event["name"]]
        case kind:
            return [kind]


def _labels(entity: Mapping[str, Any]) -> list[Any]:
    return [entity[key] for key in ("role", "group") if entity.get(key)]


async def record_all(url: str, scenarios: Mapping[str, Sequence[str]]) -> dict[str, list[dict[str, Any]]]:
    timeout = aiohttp.ClientTimeout(total=_TURN_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        recorder = Recorder(http, url)
        return {name: await recorder.record(name, said) for name, said in scenarios.items()}
