"""Where the application keeps the Kannel that it plays."""

from aiohttp import web

from channels.sandbox.sms.platform import SmsPlatform

SMS: web.AppKey[SmsPlatform] = web.AppKey("sandbox_sms", SmsPlatform)
