"""Asking the filer, once at each end of their case, how content they are; and until when the answer counts.

The question goes out with the notice of the end, in its very change: there is no second message, and nobody is asked
twice. Whoever graded the answer before is not asked; nor is the filer of an accusation, whose notices say nothing.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.casework.notices import Notice
from bot.clocks.calendar import end_of, local_day
from storage.aftercare import Survey
from storage.cases import Case, CaseState

WINDOW = timedelta(days=7)
_GRADES = "1非常不满意 2不满意 3基本满意 4满意 5非常满意"
_AFRESH = frozenset({CaseState.ANSWERED, CaseState.REOPENED})


def survey_after(case: Case, to: CaseState, *, public: bool, at: datetime) -> Survey | None:
    """Give what stands of the question once ``case`` is ``to``; a new answer is graded afresh."""
    if to in _AFRESH:
        return None
    told = public and case.filer.conversation_id is not None
    asks = to is CaseState.CLOSED and told and case.satisfaction is None and case.reply_wanted
    if asks and not case.accusation:
        return Survey(asked_at=at, until=end_of(local_day(at + WINDOW)))
    return case.survey


def with_question(notice: Notice, case: Case, *, own: bool) -> Notice:
    """Give the notice of the end with the question; any other as it is."""
    if not own or case.survey is None or case.state is not CaseState.CLOSED:
        return notice
    until = local_day(case.survey.until)
    asked = f"办得怎么样？{until.month}月{until.day}日前回复数字就行：{_GRADES}。有话可以写在数字后面。"
    fields = {**notice.fields, "note": f"办得怎么样？请回复1到5分，{until.month}月{until.day}日前有效"}
    briefly = f"没解决请直接回复。满意吗？{until.month}月{until.day}日前回复数字：{_GRADES}。"
    parts = notice.parts and replace(notice.parts, then=briefly, must=briefly)
    return replace(notice, text=f"{notice.text}\n{asked}", fields=fields, parts=parts)


def still_counts(case: Case, now: datetime) -> bool:
    """Whether a grade is still taken: the question was not asked, or its time has not run out."""
    return case.survey is None or now <= case.survey.until
