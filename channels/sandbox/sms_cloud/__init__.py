"""Aliyun's and Tencent Cloud's text messages played locally: signed API, approved templates, limits, callbacks.

Independent peers of ``channels.sms``: they share no code with it. Each cloud is an application of its own, since
their APIs both stand at ``/``; serve it on loopback alone. The clouds' own SDKs can be aimed at them.
"""

from channels.sandbox.sms_cloud.app import make_aliyun, make_tencent
from channels.sandbox.sms_cloud.settings import CloudSettings, CloudTemplate, Limit

__all__ = ["CloudSettings", "CloudTemplate", "Limit", "make_aliyun", "make_tencent"]
