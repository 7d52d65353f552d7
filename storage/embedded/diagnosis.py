"""What a server that would not start was trying to say, and the cure."""

import re
import signal
from pathlib import Path

APT = {
    "libcurl.so.4": "libcurl4",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
}
ALL_LIBRARIES = "sudo apt-get install -y libcurl4 libssl3"
_OWN_MONGODB = "或自备 MongoDB 并设置 BOT_MONGODB_URI"
_NO_AVX = f"这台机器的处理器没有 AVX 指令，运行不了内置 mongod：请换一台机器，{_OWN_MONGODB}"
_IN_USE = "数据目录正被另一个 mongod 使用：请先停掉它，或用 BOT_DATA_DIR 另选目录"

# mongod's own exit codes (100, 62); a program killed by SIGILL meets an instruction that the processor lacks.
_BY_CODE = {
    -signal.SIGILL: _NO_AVX,
    128 + signal.SIGILL: _NO_AVX,
    100: _IN_USE,
    62: "数据是另一版本的 MongoDB 写的：请用原来的版本打开，或用 BOT_DATA_DIR 另选目录",
}
_BY_WORDS = {
    "DBPathInUse": _IN_USE,
    "No space left on device": "磁盘已满，内置服务器无法启动：请腾出空间后再试",
    "Permission denied": "内置服务器没有权限读写数据目录：请检查 BOT_DATA_DIR 及其中文件的属主",
}
_TAIL = 300


def explain(name: str, code: int, said: str, log: Path | None = None) -> str:
    """Make the Chinese sentence for a server ``name`` that ended with ``code`` after it ``said`` something."""
    cause = _known_cause(code, said) or f"内置 {name} 启动失败（退出码 {code}）：{_last_line(said)}"
    return f"{cause}。日志：{log}" if log else cause


def _known_cause(code: int, said: str) -> str:
    if match := re.search(r"error while loading shared libraries: (\S+?):", said):
        return _missing_library(match[1])
    if match := re.search(r"version `(GLIBC_[\d.]+)' not found", said):
        return f"内置 mongod 需要较新的系统（{match[1]}，即 Debian 12 或 Ubuntu 22.04 起），{_OWN_MONGODB}"
    return _BY_CODE.get(code, "") or next((cure for words, cure in _BY_WORDS.items() if words in said), "")


def _missing_library(library: str) -> str:
    cure = ALL_LIBRARIES if library in APT else f"安装提供 {library} 的软件包"
    return f"内置服务器缺少系统库 {library}。请执行：{cure}"


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1][-_TAIL:] if lines else "没有输出"
