"""Schemathesis, which is not ours, calls every operation of the API as the description has it, and as it has it not.

It lives in an environment of its own (``make .venv-schemathesis/.ready``); without it this is skipped.
"""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from waiting import awaited

PROGRAM = Path(__file__).parents[3] / os.environ.get("SCHEMATHESIS_VENV", ".venv-schemathesis") / "bin" / "schemathesis"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.skipif(not PROGRAM.is_file(), reason="schemathesis is not installed (make .venv-schemathesis/.ready)")
async def test_no_call_is_answered_otherwise_than_described(api, office, tmp_path) -> None:
    conversation = await office.resident()
    await office.filed(conversation)
    words = (
        "--seed",
        "1",
        "--max-examples",
        os.environ.get("SCHEMATHESIS_EXAMPLES", "4"),
        "--phases",
        os.environ.get("SCHEMATHESIS_PHASES", "examples,fuzzing"),
    )
    header = f"Authorization: {api.session.headers['Authorization']}"
    running = await asyncio.create_subprocess_exec(
        *(str(PROGRAM), "run", str(api.make_url("/api/openapi.json")), "-H", header, "--checks", CHECKS, *words),
        *("--suppress-health-check", "all", "--warnings", "off", "--no-color"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await awaited(running.communicate(), "schemathesis ends", 240)
    sys.stdout.write(said.decode("utf-8", "replace"))
    assert running.returncode == 0, said.decode("utf-8", "replace")[-20_000:]
