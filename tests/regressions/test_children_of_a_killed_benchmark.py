"""What a benchmark began ran on without end when the benchmark was killed, and took the processor from the next one."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import until

_BENCHMARK = """
import sys, time
from pathlib import Path
from benchmarks.children import cores, start
print(start("endless", ("sleep", "600"), Path(sys.argv[1]), core=cores()[1]).pid, flush=True)
time.sleep(600)
"""


def runs(pid: int) -> bool:
    """Whether it still does; what nobody has waited for yet has ended all the same."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def asked_to_be_told(pid: int) -> bool:
    """``setpriv`` asks, and becomes the command that it was given; before that, nobody tells the child."""
    return Path(f"/proc/{pid}/cmdline").read_bytes() == b"sleep\x00600\x00"


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="the system cannot tell a child that its parent is gone")
def test_it_ends_with_the_benchmark(tmp_path):
    with subprocess.Popen([sys.executable, "-c", _BENCHMARK, tmp_path], stdout=subprocess.PIPE, text=True) as benchmark:
        assert benchmark.stdout is not None
        child = int(benchmark.stdout.readline())
        try:
            until(lambda: asked_to_be_told(child), "the child has asked to be told of its parent's end")
            benchmark.kill()
            benchmark.wait()
            until(lambda: not runs(child), "the child has ended")
        finally:
            benchmark.kill()
            if runs(child):
                os.kill(child, signal.SIGKILL)
