"""Real servers from installed wheels, for trying out, developing and testing; a service brings its own.

Import this package only where no server is configured (docs/decisions/0005).
"""

from storage.embedded.servers import EmbeddedServers, Endpoints

__all__ = ["EmbeddedServers", "Endpoints"]
