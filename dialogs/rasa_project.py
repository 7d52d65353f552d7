"""The bot as a Rasa 3 project: what Rasa knows of it, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from dialogs.engine.domain import EXTENSIONS
from dialogs.files import DialogFiles

_HEADER = "# Written by `petition-bot rasa export`; change the bot's own dialog files and export again.\n"
CONFIG = """\
recipe: default.v1
assistant_id: petition_bot
language: zh

# Characters tell short Chinese messages apart better than words do; both are given. It trains in a minute.
pipeline:
  - name: JiebaTokenizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char
    min_ngram: 1
    max_ngram: 3
  - name: LogisticRegressionClassifier
    max_iter: 300
    solver: lbfgs
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.02

policies:
  - name: RulePolicy
    core_fallback_threshold: 0.3
    core_fallback_action_name: action_default_fallback
    enable_fallback_prediction: true
"""
CREDENTIALS = (
    "# The service speaks to Rasa over this channel. Keep Rasa on 127.0.0.1: whoever reaches it can talk.\nrest:\n"
)
ENDPOINTS = """\
# `petition-bot actions` listens here. With `[dialog] actions_token` set, add the same value as `token:` below.
# Never `enable_selective_domain`: Rasa 3.6 and this action server do not understand each other then.
action_endpoint:
  url: http://127.0.0.1:5055/webhook
# No tracker store: the service keeps the conversations, and sets Rasa's tracker before every message.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """``files``: path below the project's folder to content. ``left_out``: keys that Rasa does not know."""

    files: Mapping[str, str]
    left_out: tuple[str, ...]


def rasa_project(files: DialogFiles) -> Project:
    """The bot's dialog files as a project that Rasa 3.6 trains and runs unchanged."""
    domain, left_out = _domain(files)
    return Project(
        files={
            "config.yml": _HEADER + CONFIG,
            "credentials.yml": _HEADER + CREDENTIALS,
            "endpoints.yml": _HEADER + ENDPOINTS,
            "domain.yml": _HEADER + domain,
            "data/nlu.yml": _HEADER + _written({"version": "3.1", "nlu": _nlu(files)}),
            "data/rules.yml": _HEADER + _written(_read(files.path("rules.yml"))),
            "README.md": _readme(left_out),
        },
        left_out=left_out,
    )


def _domain(files: DialogFiles) -> tuple[str, tuple[str, ...]]:
    """One domain of all files; an office's own responses go before those that ship."""
    merged: dict[str, Any] = {}
    for path in (*files.dialog(), *files.overriding()):
        for key, value in _read(path).items():
            if key in {"rules", "nlu"}:
                continue
            merged[key] = {**merged[key], **value} if isinstance(merged.get(key), dict) else value
    ours = merged.pop(EXTENSIONS, None)
    return _written(merged), tuple(_paths(ours, EXTENSIONS)) if ours else ()


def _paths(value: Any, path: str) -> list[str]:
    if isinstance(value, Mapping):
        return [found for key, inner in value.items() for found in _paths(inner, f"{path}.{key}")]
    return [path]


def _nlu(files: DialogFiles) -> list[Any]:
    """The examples, with our own keys left out."""
    entries: list[Mapping[str, Any]] = _read(files.nlu)["nlu"]
    return [{key: value for key, value in entry.items() if not key.startswith("x_")} for entry in entries]


def _read(path: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    return loaded


def _written(content: Mapping[str, Any]) -> str:
    """YAML that Rasa reads: no anchors (it changes what they point to), texts of several lines as blocks."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 10_000
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment] # initialised to None, read as a flag
    yaml.representer.ignore_aliases = lambda _: True
    yaml.representer.add_representer(str, _text)
    out = StringIO()
    yaml.dump(dict(content), out)
    return out.getvalue()


def _text(representer: Any, text: str) -> Any:
    style = "|" if "\n" in text else None
    return representer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _readme(left_out: tuple[str, ...]) -> str:
    named = "\n".join(f"- `{key}`" for key in left_out) or "None: all that this bot does, Rasa does too."
    return _README.replace("LEFT_OUT", named)


_README = """\
# The petition bot as a Rasa 3 project

Written by `petition-bot rasa export`. Rasa Open Source 3.6 needs Python 3.8 to 3.10, in an environment of its own:

```sh
python3.10 -m venv .venv
.venv/bin/pip install rasa==3.6.21 jieba
.venv/bin/rasa train
```

Then, each in a terminal of its own:

```sh
petition-bot actions
.venv/bin/rasa run --enable-api -i 127.0.0.1
```

and in the service's `bot.toml`:

```toml
[dialog]
engine = "rasa"
```

The actions run in the service's own environment and need its settings (MongoDB, keys). They write nothing: what they
ask for (`custom: {"effect": …}`) is carried out by the service. Spoken to directly over its REST channel, Rasa answers,
but nothing is filed. What the service would send along:

```json
{"sender": "…", "message": "…",
 "metadata": {"conversation_id": "…", "message_ids": ["…"], "at": "2026-11-21T10:00:00+08:00"}}
```

## Left out

Keys of ours that Rasa does not know, and that the embedded engine goes further by:

LEFT_OUT

Free text is understood by the pipeline in `config.yml` here. The service's own understanding (danger to life,
questions in the middle of a petition) is no part of this project: with `[dialog] rasa_understanding = "own"`, the
default, the service understands and hands Rasa the result.
"""
