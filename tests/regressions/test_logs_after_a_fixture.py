"""A command that a fixture of a whole module ran left all later tests with a log that was closed."""

import io

import pytest
import structlog


@pytest.fixture(scope="module", autouse=True)
def _a_command_was_run():
    stream = io.StringIO()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=stream))
    stream.close()


def test_what_a_fixture_of_the_module_did_to_the_logs_does_not_reach_the_tests(capsys):
    structlog.get_logger().warning("still.heard")
    assert "still.heard" in capsys.readouterr().out
