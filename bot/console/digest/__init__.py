"""The weekly digest (《群众之声》) in the console."""

from bot.console.digest.feature import DigestParts, digest_feature

__all__ = ["DigestParts", "digest_feature"]
