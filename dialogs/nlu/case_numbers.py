"""What was meant to be a case number and is none: too short, without its letters, all naughts."""

import re
import unicodedata

_LEADS = (
    r"(?:(?:我|俺)?(?:想|要)?(?:请|麻烦|帮我?|给我)*(?:查|看|问)?(?:询|一下|下|看)*"
    r"(?:我的?|这个|那个)?(?:受理|登记|工单|信访|案件|查询)?(?:编号|单号|号码|工单号?|件|号)?(?:的|是|为)?[：: ]*)"
)
_TRAILS = r"(?:的?(?:进度|进展|结果|情况)|(?:办|处理)?(?:得|的)?(?:怎么样|咋样|如何)了?|到哪了?|吧|呢|了|谢谢)*"
_DATE = r"2\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_LETTERED = r"(?P<letters>[A-Z]{1,6})[ -]?(?P<lettered>(?:\d[ -]?){4,18})"
_BARE = rf"(?P<bare>{_DATE}\d{{3,8}}|(?!1[3-9])\d{{12,13}})"  # a mobile number with a digit too many is none
_TRIED = re.compile(rf"{_LEADS}(?:{_LETTERED}|{_BARE}){_TRAILS}")
_SIGNS = " \t\n.。,，!！?？、()（）【】“”\"'《》"
_WHOLE = (12, 13)
"""Digits of a number: date, sequence, check."""
_TITLED = 2
"""Letters; with one and few digits it is a car, a bus or a train."""
_SURELY_LONG = 8
_A_MOBILE = re.compile(r"1[3-9]\d{9}")
"""John 13812345678."""


def digits_tried(text: str) -> str:
    """The digits of what ``text`` gives as a case number, where it has not the form of one; "" for all else."""
    found = _TRIED.fullmatch(unicodedata.normalize("NFKC", text).upper().strip(_SIGNS))
    if not found:
        return ""
    letters, digits = found["letters"] or "", re.sub(r"\D", "", found["lettered"] or found["bare"])
    if letters and _A_MOBILE.fullmatch(digits):
        return ""
    if letters and (len(digits) in _WHOLE or (len(letters) < _TITLED and len(digits) < _SURELY_LONG)):
        return ""
    return digits


def is_whole(number: str) -> bool:
    """Whether a number has as many digits as those that are given out."""
    return sum(sign.isdigit() for sign in number) in _WHOLE
