"""What stops a command: told as its sentence, without frames of the program."""

from typing import ClassVar


class NotDone(Exception):
    """The command was not carried out; ``sentence`` says why, and what helps."""

    retryable: ClassVar[bool] = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
