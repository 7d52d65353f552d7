"""Aliyun's own client, run by a Python that has it: one JSON list of calls in, one JSON list of answers out.

    python aliyun_peer.py 127.0.0.1:4711 KEY_ID SECRET < calls.json

A call is ``[action, {field: value}]``. Its dependencies do not go with ours, so it has an environment of its own
(``make test-aliyun``).
"""

import json
import sys

ENDPOINT, KEY_ID, SECRET = sys.argv[1:4]


def main() -> None:
    from alibabacloud_dysmsapi20170525 import models
    from alibabacloud_dysmsapi20170525.client import Client
    from alibabacloud_tea_openapi.models import Config

    config = Config(access_key_id=KEY_ID, access_key_secret=SECRET, endpoint=ENDPOINT, protocol="http")
    config.read_timeout = config.connect_timeout = 10_000
    client = Client(config)
    requests = {"send_sms": models.SendSmsRequest, "get_sms_template": models.GetSmsTemplateRequest}
    answers = []
    for action, fields in json.load(sys.stdin):
        try:
            answers.append(getattr(client, action)(requests[action](**fields)).body.to_map())
        except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
            answers.append({"Code": getattr(error, "code", type(error).__name__)})
    sys.stdout.write(json.dumps(answers))


main()
