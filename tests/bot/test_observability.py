import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
import structlog

from bot.metrics import Metrics
from bot.observability import configure_logging, correlated
from bot.redaction import Redactor


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def stream() -> io.StringIO:
    stream = io.StringIO()
    configure_logging(level="info", redactor=Redactor(["TopSecret"]), stream=stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_service_logs_json_with_time_and_level(stream: io.StringIO) -> None:
    structlog.get_logger().warning("delivery.failed", entry="e1")
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["entry"]) == ("delivery.failed", "warning", "e1")
    assert line["at"].endswith("Z")


def test_correlation_ids_reach_every_line_within(stream: io.StringIO) -> None:
    with correlated(turn="t1"):
        structlog.get_logger().info("a")
        logging.getLogger("elsewhere").info("b")
    structlog.get_logger().info("c")
    assert [line.get("turn") for line in lines(stream)] == ["t1", "t1", None]


def test_the_standard_library_goes_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("elsewhere").error("call 13812345678 with %s", "TopSecret")
    (line,) = lines(stream)
    assert line["logger"] == "elsewhere"
    assert "138" not in line["event"]
    assert "TopSecret" not in line["event"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_tells_neither_secrets_nor_numbers(form: Any) -> None:
    stream = io.StringIO()
    configure_logging(level="info", form=form, redactor=Redactor(["TopSecret"]), stream=stream)
    for log in (structlog.get_logger(), logging.getLogger("elsewhere")):
        try:
            int("TopSecret 13812345678")
        except ValueError:
            log.exception("broke")
    said = stream.getvalue()
    assert said.count("invalid literal for int() with base 10: '[secret] [phone]'") == 2
    assert "13812345678" not in said
    assert "TopSecret" not in said


def test_the_chatter_of_libraries_is_left_out(stream: io.StringIO) -> None:
    logging.getLogger("aiohttp.access").info("GET /?token=x")
    logging.getLogger("pymongo.command").debug("text of a resident")
    assert lines(stream) == []


def test_lines_below_the_level_are_left_out(stream: io.StringIO) -> None:
    structlog.get_logger().debug("quiet")
    assert lines(stream) == []


def test_metrics_belong_to_their_process_alone() -> None:
    one, two = Metrics(), Metrics()
    one.webhooks.labels(channel="wechat", outcome="kept").inc()
    with one.turn_seconds.time():
        pass
    assert b'petition_webhook_calls_total{channel="wechat",outcome="kept"} 1.0' in one.exposition()
    assert b"petition_turn_seconds_count 1.0" in one.exposition()
    assert b'outcome="kept"' not in two.exposition()


@pytest.mark.parametrize(
    "header", ['form-data; filename="张三"; 13800138000', 'form-data; 张三 13800138000="a"', "张三; a=b"]
)
def test_a_warning_of_a_header_does_not_quote_it(header: str, capsys) -> None:
    """aiohttp warns on stderr of a broken header of a file that somebody uploads, with the name of the file in it."""
    stream = io.StringIO()
    configure_logging(level="info", redactor=Redactor([]), stream=stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        aiohttp.multipart.parse_content_disposition(header)
    (line,) = lines(stream)
    assert line["event"] == "python.warned"
    assert line["where"].startswith("multipart.py:")
    said = stream.getvalue() + "".join(capsys.readouterr())
    assert not any(word in said for word in ("张三", "13800138000"))
