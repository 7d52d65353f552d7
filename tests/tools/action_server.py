"""Runs the actions of a recorded bot as rasa-sdk's own server: ``python action_server.py FILE PORT``.

FILE is a module with ``actions()``, which gives the instances.
"""

import importlib.util
import sys
from pathlib import Path

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor


def main(file: Path, port: int) -> None:
    spec = importlib.util.spec_from_file_location("bot_actions", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    executor = ActionExecutor()
    for action in module.actions():
        executor.register_action(action)
    create_app(executor).run(host="127.0.0.1", port=port, single_process=True, motd=False, access_log=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
