"""The errcodes this platform answers with, and their English texts as the real one words them."""

from collections.abc import Mapping
from types import MappingProxyType

TEXTS: Mapping[int, str] = MappingProxyType(
    {
        -1: "system error",
        0: "ok",
        40001: "invalid credential, access_token is invalid or not latest",
        40002: "invalid grant_type",
        40003: "invalid openid",
        40004: "invalid media type",
        40007: "invalid media_id",
        40008: "invalid message type",
        40009: "invalid image size",
        40013: "invalid appid",
        40015: "invalid menu type",
        40016: "invalid button size",
        40017: "invalid button type",
        40018: "invalid button name size",
        40019: "invalid button key size",
        40020: "invalid button url size",
        40022: "invalid sub menu type",
        40023: "invalid sub button size",
        40025: "invalid sub button name size",
        40032: "invalid openid list size",
        40035: "invalid parameter",
        40037: "invalid template_id",
        40052: "invalid expire_seconds",
        40053: "invalid action info",
        40125: "invalid appsecret",
        40130: "invalid openid list size, at least two openid",
        41001: "access_token missing",
        41002: "appid missing",
        41004: "appsecret missing",
        41005: "media data missing",
        42001: "access_token expired",
        43001: "require GET method",
        43002: "require POST method",
        43004: "require subscribe",
        43101: "user refuse to accept the msg",
        44002: "empty post data",
        44004: "empty content",
        45001: "media size out of limit",
        45002: "content size out of limit",
        45008: "article size out of limit",
        45009: "reach max api daily quota limit",
        45011: "api minute-quota reach limit, must slower, retry next minute",
        45015: "response out of time limit or subscription is canceled",
        45028: "has no masssend quota",
        45047: "out of response count limit",
        45056: "too many tags",
        45058: "can't modify sys tag",
        45059: "can't add more tags to this user",
        45065: "clientmsgid exist",
        45072: "invalid command",
        45080: "no message sent within 30 seconds",
        45081: "already typing",
        45157: "invalid tag name",
        45158: "tag name too long",
        45159: "invalid tagid",
        45162: "invalid articles",
        46003: "menu no exist",
        47001: "data format error",
        47003: "argument invalid!",
        48001: "api unauthorized",
        49003: "not match openid with appid",
    }
)


class ApiError(Exception):
    """What a REST call is answered with instead of success; HTTP 200 all the same."""

    def __init__(self, errcode: int, errmsg: str = "") -> None:
        self.errcode = errcode
        self.errmsg = errmsg or TEXTS.get(errcode, "error")
        super().__init__(f"{errcode} {self.errmsg}")
