"""Weibo's fans service and REST API, played locally below ``/weibo``, and ``/_ctl/weibo`` to hold the phones by.

An independent peer of ``channels.weibo``, as the WeChat sandbox is of its channel: it shares no code with it.
"""

from channels.sandbox.weibo.control import add_routes as add_control_routes
from channels.sandbox.weibo.keys import WEIBO
from channels.sandbox.weibo.platform import WeiboPlatform
from channels.sandbox.weibo.rest import add_routes as add_rest_routes

__all__ = ["WEIBO", "WeiboPlatform", "add_control_routes", "add_rest_routes"]
