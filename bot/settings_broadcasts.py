"""The table of the settings for notices to many."""

import re

from pydantic import Field, field_validator

from bot.settings_sections import Section

_TOPIC = re.compile(r"[\w]{2,12}")


class Broadcasts(Section):
    """Notices to many."""

    sms_per_second: float = Field(
        50, ge=0, le=10_000, description="How many people are texted a second, at each account; `0`: as fast as it goes"
    )
    sms_per_day: int = Field(0, ge=0, description="How many people are texted a day, at each account; `0`: no limit")
    sms_fen: float = Field(
        0, ge=0, le=1_000, description="What one text message costs, in 分, to show the cost; `0`: not shown"
    )
    wechat_per_second: float = Field(50, ge=0, le=10_000, description="As `sms_per_second`, of WeChat accounts")
    wechat_per_day: int = Field(0, ge=0, description="As `sms_per_day`, of WeChat accounts")
    at_once: int = Field(
        200, ge=4, le=500, description="How many are being sent at one moment, and at most in doubt where a worker dies"
    )
    error_percent: int = Field(
        30, ge=1, le=100, description="So many of the last 100 (of the first 30 or more) failed: it pauses by itself"
    )
    topics: tuple[str, ...] = Field(
        (),
        max_length=30,
        description="What residents may subscribe to by chat (停水停电); 2 to 12 characters each",
    )

    @field_validator("topics")
    @classmethod
    def _plain(cls, topics: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [topic for topic in topics if not _TOPIC.fullmatch(topic)]
        if wrong or len(set(topics)) < len(topics):
            raise ValueError("topics: 2 to 12 letters, digits or Chinese characters each, none twice")
        return topics
