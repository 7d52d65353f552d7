"""The error codes this platform answers with: their English texts, and the HTTP status that goes with each."""

from collections.abc import Mapping
from types import MappingProxyType

TEXTS: Mapping[int, str] = MappingProxyType(
    {
        10001: "System error",
        10008: "Param error, see doc for more info",
        10014: "Insufficient app permissions",
        10016: "Miss required parameter",
        10017: "Parameter value is not valid",
        10020: "Request api not found",
        10021: "HTTP method is not suported for this request",
        10022: "IP requests out of rate limit",
        10023: "User requests out of rate limit",
        20003: "User does not exists",
        20012: "Text too long, please input text less than 140 characters",
        20013: "Text too long, please input text less than 300 characters",
        20016: "Out of limit",
        20017: "Repeat content",
        20018: "Contain illegal website",
        20019: "Repeated content",
        20021: "Contain illegal content",
        20101: "Target weibo does not exist",
        20201: "Target weibo comment does not exist",
        20301: "You can not send message to him, not your follower",
        21301: "Auth faild",
        21327: "expired_token",
        21332: "invalid_access_token",
    }
)
_STATUS: Mapping[int, int] = MappingProxyType({21301: 401, 21327: 401, 21332: 401, 10014: 403, 10022: 403, 10023: 403})


class ApiError(Exception):
    """What a call is answered with instead of success."""

    def __init__(self, code: int, text: str = "") -> None:
        self.code = code
        self.text = text or TEXTS.get(code, "error")
        self.status = _STATUS.get(code, 400)
        super().__init__(f"{code} {self.text}")
