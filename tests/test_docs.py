"""The docs cannot lie: what they name is there, and what they promise of the commands holds."""

import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

import channels.base
from bot.cli.main import app
from channels.base import Channel, FetchesMedia, HoldsLink, Publishes, SendsMedia, SendsToMany
from storage.cases import LABELS

ROOT = Path(__file__).parent.parent
COMMAND = typer.main.get_command(app)
FENCED = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CALLED = re.compile(r"(?:petition-bot|python -m bot)((?: --config \S+)?(?: [a-z][a-z-]*)+)")


def tracked() -> list[Path]:
    """The files of the project; where it is no git repository, all that is not made."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if told.returncode == 0:
        return [path for name in told.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]
    made = {".venv", "data", ".git", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not made & set(path.relative_to(ROOT).parts)]


FILES = tracked()
PAGES = [path for path in FILES if path.suffix == ".md"]
PICTURES = [path for path in FILES if path.suffix == ".png" and path.is_relative_to(ROOT / "docs/images")]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = [
        link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link and not link.startswith("mailto:")
    ]
    assert [link for link in links if not _leads(page, link)] == []


def _leads(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page if not path else page.parent / path
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def _commands(text: str) -> Iterator[list[str]]:
    for found in CALLED.findall(text):
        words = found.split()
        yield words[2:] if words[0] == "--config" else words


def _unknown(words: list[str]) -> str:
    """The first word that should name a command and does not; "" where there is none."""
    group: Any = COMMAND
    for word in words:
        if not hasattr(group, "commands"):
            return ""  # what follows a command are its arguments, or the sentence goes on
        if word not in group.commands:
            return word
        group = group.commands[word]
    return ""


def test_every_command_that_is_named_exists() -> None:
    texts = [(path, path.read_text("utf-8")) for path in FILES if path.suffix in {".md", ".toml", ".yml"}]
    named = [(name(path), words) for path, text in texts for words in _commands(text)]
    assert named
    assert [(page, words) for page, words in named if _unknown(words)] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_readme_has_two_commands(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert FENCED.findall(text) == ["make demo\n", "make check\n"]
    assert LINK.match(text), "a picture stands before anything else"


def test_ci_calls_exactly_the_readmes_second_command() -> None:
    lines = (ROOT / ".ci/run").read_text("utf-8").splitlines()
    assert [line for line in lines if line.split()[:1] == ["make"]] == ["make check"]
    assert lines[-1] == "make check"


def test_no_file_names_a_package_index_or_a_machine() -> None:
    host = r"(?:pypi|pythonhosted|tsinghua|artifactory|nexus|mirrors?(?:\.\w+)?)\.(?:org|com|cn|edu|net|io)\b"
    forbidden = re.compile(rf"--(?:extra-)?index-url|{host}|(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/")
    found = [(name(path), match[0]) for path in FILES if (match := forbidden.search(_text(path)))]
    assert [each for each in found if each[0] != name(Path(__file__))] == []


def _text(path: Path) -> str:
    return "" if path.suffix in {".png", ".ico"} else path.read_text("utf-8", errors="replace")


@pytest.mark.parametrize("start", ["README.md", "README.zh-CN.md"])
def test_every_page_is_found_from_the_first_one(start: str) -> None:
    pages = {name(page) for page in PAGES if page.is_relative_to(ROOT / "docs") and page.parent.name != "decisions"}
    linked = set(LINK.findall((ROOT / start).read_text("utf-8")))
    assert sorted(pages - linked) == []
    assert {"docs/decisions", "benchmarks/README.md", "CONTRIBUTING.md", "SECURITY.md"} <= linked


def test_decisions_are_numbered_once_and_have_the_four_parts() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = Counter(page.name[:4] for page in pages)
    assert [number for number, count in numbers.items() if count > 1 or not number.isdigit()] == []
    for page in pages:
        text = page.read_text("utf-8")
        assert re.match(rf"# {page.name[:4]}\b", text), page.name
        assert all(part in text for part in ("Status", "Context", "Decision", "Consequences")), page.name


def test_the_glossary_and_the_states_agree() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text("utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in glossary.splitlines() if line.startswith("|")
    ]
    chinese = {word: label for english, label, *_ in rows for word in english.split(", ")}
    named = {state: label for state, label in LABELS.items() if str(state) in chinese}
    assert all(label in chinese[str(state)] for state, label in named.items())
    words = Counter(english for english, *_ in rows[2:])
    assert [word for word, count in words.items() if count > 1] == []


def test_every_channel_is_kept_apart_from_the_others() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    [apart] = [contract for contract in contracts if contract["type"] == "independence"]
    folders = {f"channels.{path.parent.name}" for path in (ROOT / "channels").glob("*/__init__.py")}
    assert set(apart["modules"]) == folders


def test_adding_a_channel_tells_each_verb_of_the_contract() -> None:
    told = (ROOT / "docs/adding-a-channel.md").read_text("utf-8")
    parts = (Channel, FetchesMedia, HoldsLink, Publishes, SendsMedia, SendsToMany)
    verbs = {verb for part in parts for verb in vars(part) if not verb.startswith("_")}
    assert {verb for verb in verbs if not re.search(rf"`{verb}\b", told)} == set()
    contracts = {name for name, part in vars(channels.base).items() if getattr(part, "_is_protocol", False)}
    others = {"Protocol", "SharedState", "ChannelFactory"}
    assert contracts - others == {part.__name__ for part in parts}


def test_compose_runs_commands_that_exist_and_waits_for_health() -> None:
    services = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    assert set(services) == {"mongo", "redis", "web", "worker"}
    assert all("healthcheck" in service for service in services.values())
    assert "--replSet" in services["mongo"]["command"]
    for service in ("web", "worker"):
        assert services[service]["command"][-1:] == [service]
        assert _unknown([service]) == ""
        assert set(services[service]["depends_on"]) == {"mongo", "redis"}


def test_compose_lets_nobody_in_but_the_proxy_and_names_each_version() -> None:
    services = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    assert {name: service["ports"] for name, service in services.items() if "ports" in service} == {
        "web": ["127.0.0.1:8080:8080"]
    }
    assert all(re.search(r":[0-9]", service["image"]) for service in services.values())
    assert all(service["security_opt"] == ["no-new-privileges:true"] for service in services.values())
    for service in ("web", "worker"):
        assert (services[service]["read_only"], services[service]["cap_drop"]) == (True, ["ALL"])
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert {services[service]["image"] for service in ("web", "worker")} == {f"petition-bot:{version}"}
    assert re.search(r"^USER (?!root)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)


def test_the_dockerfile_copies_what_is_there_and_runs_what_exists() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    copied = [words.split()[:-1] for words in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)]
    assert [source for sources in copied for source in sources if not (ROOT / source).exists()] == []
    assert 'ENTRYPOINT ["petition-bot"]' in text
    [command] = re.findall(r'^CMD \["([a-z]+)"\]$', text, re.MULTILINE)
    assert _unknown([command]) == ""


@pytest.mark.parametrize("picture", PICTURES, ids=name)
def test_the_pictures_are_small(picture: Path) -> None:
    most = 120_000 if picture.parent.name == "staff" else 300_000
    assert 5_000 < picture.stat().st_size < most


def test_no_picture_lies_unused() -> None:
    shown = {(page.parent / link).resolve() for page in PAGES for link in LINK.findall(page.read_text("utf-8"))}
    assert PICTURES
    assert [name(picture) for picture in PICTURES if picture not in shown] == []


def test_the_guides_pictures_say_in_chinese_what_they_show() -> None:
    pages = [ROOT / "docs/staff-guide.md", ROOT / "docs/notices.md"]
    shown = [pair for page in pages for pair in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text("utf-8"))]
    assert len(shown) >= 10
    assert [picture for says, picture in shown if len(re.findall(r"[\u4e00-\u9fff]", says)) < 10] == []


def test_no_page_shows_a_picture_twice() -> None:
    for page in PAGES:
        shown = [link for link in LINK.findall(page.read_text("utf-8")) if link.endswith(".png")]
        assert len(shown) == len(set(shown)), page


def test_what_the_guides_call_by_name_stands_in_the_console() -> None:
    text = "".join((ROOT / "docs" / page).read_text("utf-8") for page in ("staff-guide.md", "notices.md"))
    names = set(re.findall(r"“([^”]+)”", re.sub(r"!\[[^\]]*\]", "", text))) - {"路灯 幸福里"}  # an example
    kinds = {".html", ".py", ".js"}
    words = "".join(
        path.read_text("utf-8")
        for folder in ("bot", "storage")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in kinds
    )
    assert sorted(each for each in names if each not in words) == []


def test_every_promise_names_tests_that_are_there() -> None:
    rows = [
        line
        for line in (ROOT / "docs/promises.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and "::" in line
    ]
    assert len(rows) >= 12
    named = {found for row in rows for found in re.findall(r"`(tests/[^`]+)`", row)}
    assert [each for each in sorted(named) if not _is_test(*each.split("::"))] == []


def _is_test(path: str, function: str) -> bool:
    module = ROOT / path
    return (
        module.is_file()
        and re.search(rf"^(?:async )?def {function}\(", module.read_text("utf-8"), re.MULTILINE) is not None
    )
