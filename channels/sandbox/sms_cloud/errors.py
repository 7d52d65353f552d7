"""What a played cloud answers in the place of what was asked."""


class Refused(Exception):
    """``code`` and ``words`` as the cloud writes them; ``status``: of HTTP, where the cloud uses it."""

    def __init__(self, code: str, words: str = "", *, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.words = words or code
        self.status = status
