"""Where the application keeps the Weibo that it plays."""

from aiohttp import web

from channels.sandbox.weibo.platform import WeiboPlatform

WEIBO: web.AppKey[WeiboPlatform] = web.AppKey("sandbox_weibo", WeiboPlatform)
