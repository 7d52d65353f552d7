"""Where the application keeps its platform."""

import aiohttp
from aiohttp import web

from channels.sandbox.platform import Platform

PLATFORM: web.AppKey[Platform] = web.AppKey("sandbox_platform", Platform)
HTTP: web.AppKey[aiohttp.ClientSession] = web.AppKey("sandbox_http", aiohttp.ClientSession)
