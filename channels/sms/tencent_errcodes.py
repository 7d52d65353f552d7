"""What Tencent Cloud's codes mean and what to do, from its documentation of ``SendSms`` and its common codes."""

from collections.abc import Mapping
from types import MappingProxyType

from channels.errors import AccountBroken, Busy, DailyQuotaUsed, OutcomeUnknown, PayloadRejected, RecipientGone
from channels.sms.cloud_errors import A_MINUTE, AN_HOUR, Reaction

_BROKEN = Reaction(error=AccountBroken, everybody=True)
_UNAPPROVED = Reaction(error=AccountBroken)
_REJECTED = Reaction(error=PayloadRejected)
_BUSY = Reaction(error=Busy)
_UNKNOWN = Reaction(error=OutcomeUnknown)
_TOO_FAST = Reaction(error=Busy, wait=A_MINUTE)
_NOT_TODAY = Reaction(error=DailyQuotaUsed, midnight=True)
_TODAY_NO_MORE = Reaction(error=DailyQuotaUsed, midnight=True, everybody=True)

TABLE: Mapping[str, Reaction] = MappingProxyType(
    {
        "LimitExceeded.PhoneNumberThirtySecondLimit": Reaction(error=Busy, wait=30),
        "LimitExceeded.PhoneNumberOneHourLimit": Reaction(error=Busy, wait=AN_HOUR),
        "LimitExceeded.PhoneNumberDailyLimit": _NOT_TODAY,
        "LimitExceeded.PhoneNumberSameContentDailyLimit": _NOT_TODAY,
        # which of the office's own rules it was is not said; some are of the hour
        "LimitExceeded.DeliveryFrequencyLimit": Reaction(error=Busy, wait=AN_HOUR),
        "LimitExceeded.AppDailyLimit": _TODAY_NO_MORE,
        "LimitExceeded.AppMainlandChinaDailyLimit": _TODAY_NO_MORE,
        "LimitExceeded.DailyLimit": _TODAY_NO_MORE,
        "LimitExceeded.AppGlobalDailyLimit": _NOT_TODAY,
        "LimitExceeded.AppCountryOrRegionDailyLimit": _NOT_TODAY,
        "LimitExceeded.AppCountryOrRegionInBlacklist": Reaction(error=RecipientGone),
        "LimitExceeded.GlobalSmsSendingRateLimit": _TOO_FAST,
        "LimitExceeded.PhoneNumberCountLimit": _REJECTED,
        "FailedOperation.PhoneNumberInBlacklist": Reaction(error=RecipientGone),
        "FailedOperation.PhoneNumberParseFail": Reaction(error=RecipientGone),
        "InvalidParameterValue.IncorrectPhoneNumber": Reaction(error=RecipientGone),
        "UnsupportedOperation.UnsupportedRegion": Reaction(error=RecipientGone),
        "FailedOperation.TemplateIncorrectOrUnapproved": _UNAPPROVED,
        "FailedOperation.TemplateUnapprovedOrNotExist": _UNAPPROVED,
        "FailedOperation.TemplateIdNotExist": _UNAPPROVED,
        "FailedOperation.SignatureIncorrectOrUnapproved": _BROKEN,
        "FailedOperation.MissingSignature": _BROKEN,
        "FailedOperation.SignIdNotExist": _BROKEN,
        "FailedOperation.InsufficientBalanceInSmsPackage": _BROKEN,
        "FailedOperation.NotEnterpriseCertification": _BROKEN,
        "FailedOperation.ProhibitSubAccountUse": _BROKEN,
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": _REJECTED,
        "FailedOperation.ContainSensitiveWord": _REJECTED,
        "FailedOperation.MarketingSendTimeConstraint": Reaction(error=Busy, wait=AN_HOUR),
        "FailedOperation.FailResolvePacket": _REJECTED,
        "FailedOperation.JsonParseFail": _REJECTED,
        "FailedOperation.OtherError": _BUSY,
        "InvalidParameterValue.TemplateParameterLengthLimit": _REJECTED,
        "InvalidParameterValue.TemplateParameterFormatError": _REJECTED,
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": _REJECTED,
        "InvalidParameterValue.ContentLengthLimit": _REJECTED,
        "InvalidParameterValue.SdkAppIdNotExist": _BROKEN,
        "UnsupportedOperation": _REJECTED,
        "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone": _REJECTED,
        "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone": _REJECTED,
        "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber": _REJECTED,
        "InternalError.Timeout": _UNKNOWN,
        "InternalError.SendAndRecvFail": _UNKNOWN,
        "InternalError.ParseBackendResponseFail": _UNKNOWN,
        "InternalError.RequestTimeException": _BROKEN,  # our clock
        "InternalError.SigFieldMissing": _BROKEN,
        "InternalError.SigVerificationFail": _BROKEN,
        "InternalError.RestApiInterfaceNotExist": _BROKEN,
        "InternalError.JsonParseFail": _REJECTED,
        "MissingParameter": _REJECTED,
        "MissingParameter.EmptyPhoneNumberSet": Reaction(error=RecipientGone),
    }
)

FAMILIES: Mapping[str, Reaction] = MappingProxyType(
    {
        "AuthFailure": _BROKEN,
        "UnauthorizedOperation": _BROKEN,
        "IpInBlacklist": _BROKEN,
        "IpNotInWhitelist": _BROKEN,
        "InvalidAction": _BROKEN,
        "NoSuchVersion": _BROKEN,
        "NoSuchProduct": _BROKEN,
        "ActionOffline": _BROKEN,
        "UnsupportedRegion": _BROKEN,
        "UnsupportedProtocol": _BROKEN,
        "RequestLimitExceeded": _TOO_FAST,
        "LimitExceeded": _TOO_FAST,
        "InternalError": _BUSY,
        "ServiceUnavailable": _BUSY,
        "ResourceUnavailable": _BUSY,
        "ResourceInsufficient": _BUSY,
    }
)
