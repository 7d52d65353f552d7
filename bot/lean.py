"""What a process that serves people never uses is not loaded. To be called before any channel or dialog is imported."""

import sys
from importlib.util import find_spec
from types import ModuleType

_PLUGINS, _WECHAT = "rasa_sdk.plugin", "wechatpy"
_TRIED = ("rich", "greenlet", "opentelemetry.sdk")
"""Structlog and redis load these where they are installed, and do without them where they are not."""


def load_less() -> None:
    """Some 20 MiB less in each process, and sooner ready. The action server, made of both, must not call this."""
    _without_sanic()
    _without_requests()
    _without_what_is_only_tried()


def _without_sanic() -> None:
    """rasa_sdk loads Sanic, a web server, for the type of one plugin's argument."""
    sys.modules.setdefault(_PLUGINS, ModuleType(_PLUGINS))


def _without_requests() -> None:
    """The package wechatpy loads its blocking clients, and requests with them; we use its cipher and replies."""
    spec = find_spec(_WECHAT) if _WECHAT not in sys.modules else None
    if spec is None or spec.submodule_search_locations is None:
        return
    bare = ModuleType(_WECHAT)
    bare.__path__ = list(spec.submodule_search_locations)
    sys.modules[_WECHAT] = bare


def _without_what_is_only_tried() -> None:
    """Pages in colour, light threads and another meter, none of which a serving process shows or runs."""
    for name in _TRIED:
        if name not in sys.modules:
            # What says "None" here is not found by whoever imports it.
            sys.modules[name] = None  # type: ignore[assignment]
