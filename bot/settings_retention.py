"""The table of the settings for how long persons are known."""

from pydantic import Field

from bot.settings_sections import Section


class Retention(Section):
    left_days: int = Field(
        30,
        ge=1,
        le=3_650,
        description="After how many days the talk of somebody is erased who left an account and has no case",
    )
    talk_days: int = Field(
        0,
        ge=0,
        le=36_500,
        description="After how many days of silence the talk of somebody is erased who has no open case; 0: never",
    )
    case_days: int = Field(
        0,
        ge=0,
        le=36_500,
        description="After how many days the filer, attachments and notices of a closed case are erased; 0: never",
    )
    booking_days: int = Field(
        365,
        ge=0,
        le=36_500,
        description="After how many days it is erased who booked a leader's reception day; 0: never",
    )
