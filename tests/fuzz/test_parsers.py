"""Whatever comes from outside is read, or refused by an error that its reader declares; in bounded memory.

``make fuzz`` looks longer, for inputs that nobody thought of (docs/promises.md).
"""

import ast
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from bent_bytes import NASTY, outside
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outside_bytes import PARSERS, Parser

ROOT = Path(__file__).parents[2]
SEARCHING = not settings.default.derandomize
"""Asked for by ``--hypothesis-profile=search``."""
MOST_MEMORY = 64 * 1024 * 1024
BY_NAME = pytest.mark.parametrize("parser", [pytest.param(each, id=each.name.replace(" ", "-")) for each in PARSERS])
QUICK = pytest.mark.parametrize(
    "parser", [pytest.param(each, id=each.name.replace(" ", "-")) for each in PARSERS if SEARCHING or not each.slow]
)


def read(parser: Parser, content: bytes) -> None:
    try:
        parser.read(content)
    except parser.refuses:
        return


@BY_NAME
def test_what_is_well_formed_breaks_nothing(parser: Parser) -> None:
    for seed in parser.seeds:
        read(parser, seed)


@QUICK
def test_what_has_broken_parsers_elsewhere_is_read_or_refused_in_little_memory(parser: Parser) -> None:
    read(parser, b"")  # what is made once is made now
    tracemalloc.start()
    try:
        for name, content in NASTY:
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            read(parser, content[: parser.most])
            _, peak = tracemalloc.get_traced_memory()
            assert peak - before < MOST_MEMORY, name
    finally:
        tracemalloc.stop()


@QUICK
def test_whatever_is_bent_is_read_or_refused(parser: Parser) -> None:
    few = 100 if parser.slow else 4_000

    @settings(max_examples=few if SEARCHING else 15, suppress_health_check=list(HealthCheck), database=None)
    @given(content=outside(parser.seeds))
    def bend(content: bytes) -> None:
        read(parser, content)

    bend()


@given(st.sampled_from([name for name, _ in NASTY]))
def test_nothing_nasty_is_long(name: str) -> None:
    assert len(dict(NASTY)[name]) <= 150_000


_READERS = {
    *("loads", "load_workbook", "ZipFile", "reader", "DictReader", "b64decode", "urlsafe_b64decode", "ParserCreate"),
    *("unpack", "unpack_from", "parse_qs", "parse_qsl", "read_yaml", "composed", "YAML", "multipart", "fromhex"),
    *("model_validate_json", "model_validate_strings", "unpickle", "fromstring", "literal_eval"),
}
_NOT_FROM_OUTSIDE = {
    "bot/cli/wechat.py": "also writes YAML",
    "bot/category_names.py": "the categories, after check_dialogs has read them",
    "bot/phone/session.py": "a picture of its own",
    "bot/supervisor/run_file.py": "what up itself wrote",
    "bot/understanding/endpoint.py": "a server of the office's own choosing; whatever it answers counts as away (_asked)",
    "bot/understanding/hosted.py": "its own child",
    "bot/understanding/host.py": "its own child",
    "bot/understanding/learning.py": "its own parent",
    "bot/understanding/training.py": "its own parent",
    "bot/understanding/onnx_model.py": "a model that the office installed",
    "channels/wechat/settings.py": "a key of the settings, checked before",
    "channels/weibo/mentions.py": "a mark of its own in Redis; broken, it counts as none",
    "dialogs/evaluating/phone.py": "what it just wrote",
    "dialogs/faq/tables.py": "also writes YAML",
    "dialogs/nlu/category.py": "a model that was trained here",
    "dialogs/nlu/danger_model.py": "ships with the program",
    "dialogs/nlu/intents.py": "a model that was trained here",
    "dialogs/public_words.py": "the office's responses, after check_dialogs has read them",
    "dialogs/rasa_project.py": "files that are in use",
    "dialogs/yaml_text.py": "is reached by all readers of YAML",
    "storage/plain_json.py": "sealed by us: what is not ours does not open (storage/personal_data.py)",
}
_OTHERS = ("channels/sandbox/", "dialogs/training/", "bot/backups/", "storage/backups/", "bot/editing/", "bot/digest/")
"""The sandbox is for trying out and open to this machine alone; training reads what ships; backups have tests of their own
(tests/storage, tests/bot); edits were checked when they were made; the digest only writes.
"""


def _reading_modules() -> Iterator[str]:
    for folder in ("bot", "channels", "dialogs", "storage"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            calls = (node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
            names = {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}
            if names & _READERS:
                yield path.relative_to(ROOT).as_posix()


def test_no_module_reads_what_nobody_fuzzes() -> None:
    covered = {module for parser in PARSERS for module in parser.covers}
    assert [
        module
        for module in _reading_modules()
        if module not in covered | _NOT_FROM_OUTSIDE.keys() and not module.startswith(_OTHERS)
    ] == []


def test_what_is_said_to_be_covered_is_there() -> None:
    assert [module for parser in PARSERS for module in parser.covers if not (ROOT / module).is_file()] == []
