"""The ceiling: the least that a bot with aiohttp and wechatpy can do for a message and still have kept it.

Signature, decryption, parsing, one journaled insert with the message's own key, an encrypted reply. No dialog, no
order, no lease, no case. ``python -m benchmarks.bare_server PORT URI APP_ID TOKEN AES_KEY``.
"""

import sys
import time

import pymongo
import uvloop
from aiohttp import web
from pymongo.errors import DuplicateKeyError
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature


def make_app(uri: str, crypto: WeChatCrypto, token: str) -> web.Application:
    """One route."""
    client = pymongo.AsyncMongoClient(uri, w=1, journal=True)
    kept = client["bare"]["messages"]

    async def take(request: web.Request) -> web.Response:
        query = request.query
        check_signature(token, query["signature"], query["timestamp"], query["nonce"])
        body = await request.read()
        clear = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(clear)
        try:
            await kept.insert_one({"_id": message.id, "from": message.source, "text": message.content})
        except DuplicateKeyError:
            return web.Response(text="success")
        reply = TextReply(content=f"收到：{message.content}", message=message)
        sealed = crypto.encrypt_message(reply.render(), query["nonce"], str(int(time.time())))
        return web.Response(text=sealed, content_type="application/xml")

    async def alive(_request: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/bare", take)
    app.router.add_get("/healthz", alive)
    return app


async def serve(port: int, uri: str, app_id: str, token: str, aes_key: str) -> None:
    """Until killed."""
    import asyncio  # noqa: PLC0415 - beside its one use

    runner = web.AppRunner(make_app(uri, WeChatCrypto(token, aes_key, app_id), token), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    port, *rest = sys.argv[1:]
    uvloop.run(serve(int(port), *rest))
