"""Chance from the system's secure source."""

import random
import secrets


class SecureChance:
    """Fulfils ``dialogs.ports.Randomness``."""

    def query_code(self) -> str:
        """Six decimal digits."""
        return f"{secrets.randbelow(1_000_000):06d}"


def jitter() -> random.Random:
    """For spreading retries."""
    return random.SystemRandom()
