"""A bot of WeRoBot's, in an environment of its own: tells its port on stdout and answers what it hears until killed."""

import json
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

from werobot import WeRoBot


class Silent(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        return


def main() -> None:
    given = json.loads(sys.argv[1])
    robot = WeRoBot(
        token=given["token"], app_id=given["app_id"], encoding_aes_key=given["aes_key"], enable_session=False
    )

    @robot.text
    def said(message):
        return f"听到：{message.content}"

    @robot.handler
    def other(message):
        return f"听到：{message.type}"

    server = make_server("127.0.0.1", 0, robot.wsgi, handler_class=Silent)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


main()
