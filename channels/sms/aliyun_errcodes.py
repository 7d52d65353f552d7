"""What Aliyun's codes mean and what to do, from its documentation of ``SendSms`` and of its API gateway."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from channels.errors import AccountBroken, Busy, DailyQuotaUsed, OutcomeUnknown, PayloadRejected, RecipientGone
from channels.sms.cloud_errors import A_DAY, A_MINUTE, AN_HOUR, Reaction

BUSINESS_LIMIT = "isv.BUSINESS_LIMIT_CONTROL"
_BROKEN = Reaction(error=AccountBroken, everybody=True)
_UNAPPROVED = Reaction(error=AccountBroken)
_REJECTED = Reaction(error=PayloadRejected)
_BUSY = Reaction(error=Busy)
_TOO_FAST = Reaction(error=Busy, wait=A_MINUTE)
_TODAY_NO_MORE = Reaction(error=DailyQuotaUsed, midnight=True, everybody=True)

TABLE: Mapping[str, Reaction] = MappingProxyType(
    {
        # counted when it was submitted, over 24 hours that roll: before that there is no use in trying
        BUSINESS_LIMIT: Reaction(error=DailyQuotaUsed, wait=A_DAY),
        "isv.DAY_LIMIT_CONTROL": _TODAY_NO_MORE,  # what the office set itself as the most of a day
        "isv.MONTH_LIMIT_CONTROL": _TODAY_NO_MORE,
        "isv.MOBILE_NUMBER_ILLEGAL": Reaction(error=RecipientGone),
        "isv.PHONE_NUMBER_ILLEGAL": Reaction(error=RecipientGone),
        "isv.AMOUNT_NOT_ENOUGH": _BROKEN,
        "isv.OUT_OF_SERVICE": _BROKEN,
        "isv.PRODUCT_UN_SUBSCRIPT": _BROKEN,
        "isv.PRODUCT_UNSUBSCRIBE": _BROKEN,
        "isv.ACCOUNT_NOT_EXISTS": _BROKEN,
        "isv.ACCOUNT_ABNORMAL": _BROKEN,
        "isv.DENY_IP_RANGE": _BROKEN,
        "isp.RAM_PERMISSION_DENY": _BROKEN,
        "isv.SMS_SIGNATURE_ILLEGAL": _BROKEN,
        "isv.SMS_SIGN_ILLEGAL": _BROKEN,
        "isv.SIGN_NAME_ILLEGAL": _BROKEN,
        "isv.SIGN_STATE_ILLEGAL": _BROKEN,
        "isv.EXTEND_CODE_ERROR": _BROKEN,
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL": _UNAPPROVED,  # this template does not go with this signature
        "isv.SMS_TEMPLATE_ILLEGAL": _UNAPPROVED,
        "isv.TEMPLATE_STATE_ILLEGAL": _UNAPPROVED,
        "isv.TEMPLATE_MISSING_PARAMETERS": _REJECTED,
        "isv.TEMPLATE_PARAMS_ILLEGAL": _REJECTED,
        "isv.INVALID_PARAMETERS": _REJECTED,
        "isv.INVALID_JSON_PARAM": _REJECTED,
        "isv.PARAM_LENGTH_LIMIT": _REJECTED,
        "isv.PARAM_NOT_SUPPORT_URL": _REJECTED,
        "isv.BLACK_KEY_CONTROL_LIMIT": _REJECTED,  # a forbidden word in a variable
        "isv.SMS_CONTENT_ILLEGAL": _REJECTED,
        "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE": _REJECTED,
        "isv.MOBILE_COUNT_OVER_LIMIT": _REJECTED,
        "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": _REJECTED,  # a template for abroad
        "isp.SYSTEM_ERROR": _BUSY,
        "isp.UNKNOWN": _BUSY,
        "isp.GATEWAY_ERROR": _BUSY,
        "Throttling": _TOO_FAST,
        "Throttling.User": _TOO_FAST,
        "Throttling.Api": _TOO_FAST,
        "ServiceUnavailable": _BUSY,
        "InternalError": _BUSY,
        # ours come from a source of randomness: the same one again is our own call, doubled on its way
        "SignatureNonceUsed": Reaction(error=OutcomeUnknown),
        "SignatureDoesNotMatch": _BROKEN,
        "InvalidTimeStamp.Expired": _BROKEN,  # our clock
        "InvalidTimeStamp.Format": _BROKEN,
        "InvalidAccessKeyId.NotFound": _BROKEN,
        "InvalidAccessKeyId.Inactive": _BROKEN,
        "MissingSecurityToken": _BROKEN,
    }
)

FAMILIES: Mapping[str, Reaction] = MappingProxyType(
    {
        "Throttling": _TOO_FAST,
        "isp.": _BUSY,
        "InvalidAccessKeyId": _BROKEN,
        "InvalidTimeStamp": _BROKEN,
        "Signature": _BROKEN,
        "IncompleteSignature": _BROKEN,
        "Forbidden": _BROKEN,
        "NoPermission": _BROKEN,
        "Missing": _BROKEN,
        "InvalidAction": _BROKEN,
        "InvalidVersion": _BROKEN,
    }
)

_LIMITS: Mapping[str, Reaction] = MappingProxyType({"分钟": _TOO_FAST, "小时": Reaction(error=Busy, wait=AN_HOUR)})


def limit_reached(message: str) -> Reaction:
    """Which limit of one number it was: of the minute, of the hour; else of the day ("触发天级流控Permits:10")."""
    found = re.search("分钟|小时", message)
    return _LIMITS[found[0]] if found else TABLE[BUSINESS_LIMIT]
