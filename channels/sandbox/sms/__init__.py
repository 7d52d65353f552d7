"""A Kannel and the phones behind it, played locally below ``/sms``, and ``/_ctl/sms`` to hold the phones by.

An independent peer of ``channels.sms.kannel``: it shares no code with it, and what it answers was seen of Kannel 1.4.5.
"""

from channels.sandbox.sms.control import add_routes as add_control_routes
from channels.sandbox.sms.keys import SMS
from channels.sandbox.sms.platform import SmsPlatform
from channels.sandbox.sms.sendsms import add_routes as add_rest_routes

__all__ = ["SMS", "SmsPlatform", "add_control_routes", "add_rest_routes"]
