"""What a process that serves people never uses is not loaded."""

import sys
from types import ModuleType

_PLUGINS = "rasa_sdk.plugin"


def without_sanic() -> None:
    """Before the dialog is imported: rasa_sdk loads Sanic, a web server, for the type of one plugin's argument.

    That is 6 to 9 MiB and a sixth of a second. The action server, which is made of both, must not call this.
    """
    sys.modules.setdefault(_PLUGINS, ModuleType(_PLUGINS))
