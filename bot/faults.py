"""What may be logged of an exception that nobody expected: where it was, never what it says."""

import traceback

_FRAMES = 3


def frames_of(error: BaseException) -> str:
    """The innermost frames alone: an exception's message may quote what a person wrote."""
    return "".join(traceback.format_tb(error.__traceback__)[-_FRAMES:])
