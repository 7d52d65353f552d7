"""A model in its own process: however slow, broken or dead it is, the service goes on."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from waiting import PATIENCE_S, awaited, soon

from bot.understanding.breaker import Breaker
from bot.understanding.bundled import bundled_embedder
from bot.understanding.hosted import WAITED_FOR, HostedEmbedder
from dialogs.ports import EmbedderAway, EmbeddingRole

QUERY, PASSAGE = EmbeddingRole.QUERY, EmbeddingRole.PASSAGE
HOST = """
import array, json, os, sys, time
from pathlib import Path
from bot.understanding import host
from bot.understanding.errors import ModelRefused

class Fake:
    dimensions = 2
    def __init__(self, folder):
        self.folder = Path(folder)
        with (self.folder / "starts").open("a") as file:
            file.write("+")
        (self.folder / "environment").write_text(json.dumps(dict(os.environ)))
    def embed(self, text, *, is_query):
        with (self.folder / "seen").open("a") as file:
            file.write(text + chr(10))
        while (self.folder / "hold").exists():
            time.sleep(0.005)
        if text == "breaks":
            raise ValueError(text)
        if text == "dies":
            os._exit(1)
        if text == "prints":
            print("out of turn", flush=True)
            os.write(1, b"out of turn")
        return array.array("f", [1, 0] if is_query else [0, 1]).tobytes()

def refuse(_argument):
    raise ModelRefused("不是核定的文件")

host.LOADERS.update(fake=Fake, refuse=refuse)
host.main(*sys.argv[1:])
"""


@pytest.fixture
def program(tmp_path):
    (tmp_path / "host.py").write_text(HOST, "utf-8")
    return (sys.executable, str(tmp_path / "host.py"))


@pytest.fixture
async def embedder(program, tmp_path):
    made = HostedEmbedder(["fake", str(tmp_path)], id="fake", seconds=60, program=program)
    yield made
    (tmp_path / "hold").unlink(missing_ok=True)
    await made.aclose()


def seen(folder: Path) -> list[str]:
    file = folder / "seen"
    return file.read_text("utf-8").splitlines() if file.exists() else []


async def until_seen(folder: Path, text: str) -> None:
    await soon(lambda: text in seen(folder), f"the model sees {text}")


def runs(pid: int) -> bool:
    try:
        return "zombie" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


async def test_each_text_has_its_row(embedder):
    assert (await embedder.embed(["a", "b", "c"], role=QUERY)).tolist() == [[1, 0]] * 3


async def test_no_texts_are_no_rows(embedder):
    assert len(await embedder.embed([], role=QUERY)) == 0


async def test_a_text_is_embedded_once_for_each_role(embedder, tmp_path):
    for _ in range(2):
        await embedder.embed(["a"], role=QUERY)
        await embedder.embed(["a"], role=PASSAGE)
    assert seen(tmp_path) == ["a", "a"]


async def test_what_a_caller_does_to_its_rows_is_its_own(embedder):
    rows = await embedder.embed(["a"], role=QUERY)
    rows[0] = 7
    assert (await embedder.embed(["a"], role=QUERY)).tolist() == [[1, 0]]


async def test_the_process_is_given_no_secret(embedder, tmp_path, monkeypatch):
    monkeypatch.setenv("BOT_API__TOKENS__X", "very-secret")
    await embedder.warm()
    assert "very-secret" not in (tmp_path / "environment").read_text("utf-8")


async def test_a_model_that_is_too_slow_is_away_and_what_was_given_up_is_not_worked_through(program, tmp_path):
    slow = HostedEmbedder(["fake", str(tmp_path)], id="slow", seconds=0.3, program=program)
    await slow.warm()
    (tmp_path / "hold").touch()
    with pytest.raises(EmbedderAway, match="too_slow"):
        await slow.embed(["a", "b", "c"], role=QUERY)
    slow._seconds = 60
    (tmp_path / "hold").unlink()
    assert len(await slow.embed(["d"], role=PASSAGE)) == 1
    assert "b" not in seen(tmp_path)
    await slow.aclose()


async def test_somebody_who_waits_goes_before_a_long_list(embedder, tmp_path):
    (tmp_path / "hold").touch()
    many = [f"passage {n}" for n in range(WAITED_FOR + 2)]
    background = asyncio.create_task(embedder.embed(many, role=PASSAGE))
    await until_seen(tmp_path, "passage 0")
    waiting = asyncio.create_task(embedder.embed(["question"], role=QUERY))
    await asyncio.sleep(0)
    (tmp_path / "hold").unlink()
    await asyncio.gather(background, waiting)
    assert seen(tmp_path).index("question") <= 2


async def test_a_full_queue_turns_away_at_once(embedder, tmp_path):
    (tmp_path / "hold").touch()
    embedder._jobs._maxsize = 1
    first = asyncio.create_task(embedder.embed(["first"], role=QUERY))
    await until_seen(tmp_path, "first")
    second = asyncio.create_task(embedder.embed(["second"], role=QUERY))
    await asyncio.sleep(0)
    with pytest.raises(EmbedderAway, match="queue_full"):
        await embedder.embed(["third"], role=QUERY)
    (tmp_path / "hold").unlink()
    await asyncio.gather(first, second)


async def test_a_text_that_breaks_the_model_leaves_the_process_running(embedder, tmp_path):
    with pytest.raises(EmbedderAway, match="broke"):
        await embedder.embed(["breaks"], role=QUERY)
    await embedder.embed(["a"], role=QUERY)
    assert (tmp_path / "starts").read_text() == "+"


async def test_what_a_library_prints_stands_in_nobodys_way(embedder):
    assert (await embedder.embed(["prints"], role=QUERY)).tolist() == [[1, 0]]


async def test_a_process_that_dies_is_begun_again(embedder, tmp_path):
    with pytest.raises(EmbedderAway, match="died"):
        await embedder.embed(["dies"], role=QUERY)
    assert len(await embedder.embed(["a"], role=QUERY)) == 1
    assert (tmp_path / "starts").read_text() == "++"


async def test_a_process_that_was_killed_while_idle_is_begun_again(embedder, tmp_path):
    await embedder.warm()
    os.kill(embedder.pid, 9)
    for _ in range(2):
        try:
            assert len(await embedder.embed(["a"], role=QUERY)) == 1
            break
        except EmbedderAway:
            continue
    else:
        pytest.fail("it did not come back")


async def test_a_process_that_keeps_dying_is_left_alone_for_a_while(program, tmp_path):
    now = [0.0]
    breaker = Breaker(failures=2, rest_seconds=30, clock=lambda: now[0])
    dying = HostedEmbedder(["fake", str(tmp_path)], id="dying", seconds=60, program=program, breaker=breaker)
    for reason in ("died", "died", "resting", "resting"):
        with pytest.raises(EmbedderAway, match=reason):
            await dying.embed(["dies"], role=QUERY)
    now[0] = 31
    assert len(await dying.embed(["a"], role=QUERY)) == 1
    await dying.aclose()


async def test_a_refused_model_says_why_and_is_not_asked_for_again(program):
    refused = HostedEmbedder(["refuse", ""], id="refused", seconds=60, program=program)
    for _ in range(2):
        with pytest.raises(EmbedderAway, match="refused"):
            await refused.warm()
    assert (refused.refused, refused.pid) == ("不是核定的文件", None)
    await refused.aclose()


async def test_closing_ends_the_process_and_turns_away_who_waits(embedder, tmp_path):
    (tmp_path / "hold").touch()
    waiting = asyncio.create_task(embedder.embed(["a"], role=QUERY))
    await until_seen(tmp_path, "a")
    pid = embedder.pid
    await embedder.aclose()
    with pytest.raises(EmbedderAway, match="closed"):
        await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_it_ends_with_whoever_began_it(program, tmp_path):
    code = (
        "import asyncio, os, sys\n"
        "from bot.understanding.hosted import HostedEmbedder\n"
        "async def main():\n"
        "    made = HostedEmbedder(['fake', sys.argv[1]], id='x', seconds=60, program=sys.argv[2:])\n"
        "    await made.warm()\n"
        "    print(made.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path), *program, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await parent.communicate()
    pid = int(out.decode().split()[-1])
    await soon(lambda: not runs(pid), "the process ends")


STUCK_PARENT = """
import asyncio, sys
from bot.understanding.hosted import HostedEmbedder
from dialogs.ports import EmbeddingRole

async def main():
    stuck = (sys.executable, "-c", "import time; time.sleep(600)")
    embedder = HostedEmbedder([], id="stuck", seconds=600, program=stuck)
    asking = asyncio.create_task(embedder.embed(["a"], role=EmbeddingRole.QUERY))
    while not embedder.pid:
        await asyncio.sleep(0.01)
    print(embedder.pid, flush=True)
    await asking

asyncio.run(main())
"""


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="the system has no setpriv")
async def test_a_model_that_is_stuck_ends_with_whoever_began_it():
    """It does not see that its input has ended."""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", STUCK_PARENT, stdout=asyncio.subprocess.PIPE)
    pid = int(await awaited(parent.stdout.readline(), "it was begun"))
    command = Path(f"/proc/{pid}/cmdline")
    await soon(lambda: "setpriv" not in command.read_text().split("\0")[0], "it is the model itself by now")
    parent.kill()
    await parent.wait()
    try:
        await soon(lambda: not runs(pid), "it is gone")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def test_the_bundled_model_answers_from_its_process():
    embedder = bundled_embedder(seconds=PATIENCE_S)
    if embedder is None:
        pytest.skip("the bundled model is not installed")
    asked, like, unlike = await embedder.embed(["怎么查办理进度", "我的事办到哪一步了", "红烧肉怎么做"], role=QUERY)
    await embedder.aclose()
    assert asked @ like > asked @ unlike


LEAVES_A_CHILD = """
import os, subprocess, sys
from pathlib import Path
child = subprocess.Popen(["sleep", "60"], start_new_session=True)
(Path(sys.argv[-1]) / "child").write_text(str(child.pid))
os.execv(sys.executable, [sys.executable, str(Path(sys.argv[-1]) / "host.py"), *sys.argv[1:]])
"""


async def test_an_end_that_does_not_come_is_not_waited_for(program, tmp_path, monkeypatch):
    """Something of the model's holds its output open: the process is never seen to end."""
    monkeypatch.setattr("bot.understanding.hosted._END_SECONDS", 0.1)
    (tmp_path / "leaves.py").write_text(LEAVES_A_CHILD, "utf-8")
    embedder = HostedEmbedder(
        ["fake", str(tmp_path)], id="fake", seconds=60, program=(sys.executable, str(tmp_path / "leaves.py"))
    )
    await embedder.embed(["a"], role=QUERY)
    pid = embedder.pid
    try:
        await awaited(embedder.aclose(), "it is not waited for", 30)
    finally:
        os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)
    assert not runs(pid)
