"""What can be wrong with a model; all of it leaves the bot with patterns and characters.

UnderstandingFault
└── ModelRefused   not the file that was vetted, or nothing this machine can run
"""


class UnderstandingFault(Exception):
    """``sentence`` is for staff."""

    retryable = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class ModelRefused(UnderstandingFault):
    """A model that is not loaded, and why."""
