"""A sentence model of one's own: a folder as sentence-transformers exports it, run by onnxruntime on one thread.

``model.onnx`` and ``tokenizer.json`` must be there. ``config_sentence_transformers.json`` may hold ``prompts`` for
``query`` and ``passage`` (E5 needs them), ``1_Pooling/config.json`` may ask for the first token in place of the mean.
Runs in the process of ``host`` alone.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from bot.understanding.errors import ModelRefused
from bot.understanding.preparing import prepared

NEEDED = ("model.onnx", "tokenizer.json")
_TOKENS = 512
_HIDDEN_STATES = 3
"""Axes of an output that has a row for each token."""


def absence(folder: Path) -> str:
    """What is missing in the folder, for staff; "" where nothing is."""
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    return f"{folder} 里没有 {'、'.join(missing)}" if missing else ""


def id_of(folder: Path) -> str:
    """Changes with the files. By their size and time: a model may be too large to be read for its name."""
    stats = [(folder / name).stat() for name in NEEDED]
    digest = hashlib.sha256(str([(each.st_size, each.st_mtime_ns) for each in stats]).encode())
    return f"onnx-{digest.hexdigest()[:12]}"


class OnnxModel:
    """The loaded model. Blocks, and is for one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Load, and try it.

        Raises:
            ModelRefused: something is missing, or it is no sentence model.
        """
        if reason := absence(folder):
            raise ModelRefused(reason)
        try:
            import onnxruntime  # noqa: PLC0415 - the optional extra
            from tokenizers import Tokenizer  # noqa: PLC0415
        except ImportError:
            raise ModelRefused("没有安装 onnxruntime（pip install 'petition-bot[onnx]'）") from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._tokenizer.enable_truncation(_TOKENS)
            self._tokenizer.no_padding()
            self._inputs = [each.name for each in self._session.get_inputs()]
            self._prompts = _json(folder / "config_sentence_transformers.json").get("prompts", {})
            self._first = bool(_json(folder / "1_Pooling" / "config.json").get("pooling_mode_cls_token"))
            self.dimensions = len(self._vector("你好", is_query=True))
        except Exception as error:  # onnxruntime and tokenizers raise whatever they like
            raise ModelRefused(f"{folder} 里的模型打不开（{type(error).__name__}）") from error

    def embed(self, text: str, *, is_query: bool) -> bytes:
        """A unit vector of float32."""
        return bytes(self._vector(text, is_query=is_query).tobytes())

    def _vector(self, text: str, *, is_query: bool) -> Any:
        prompt = self._prompts.get("query" if is_query else "passage", "")
        encoded = self._tokenizer.encode(prompt + (prepared(text, is_query=is_query) or "。"))
        known = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        feed = {name: np.array([known[name]], dtype=np.int64) for name in self._inputs}
        found = np.asarray(self._session.run(None, feed)[0], dtype=np.float32)[0]
        if found.ndim == _HIDDEN_STATES - 1:
            found = found[0] if self._first else found.mean(axis=0)
        norm = float(np.linalg.norm(found))
        if found.ndim != 1 or not np.isfinite(norm) or norm == 0:
            raise ValueError("no vector")
        return found / np.float32(norm)


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}
