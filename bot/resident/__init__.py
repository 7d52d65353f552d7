"""The resident's page of a case (``/r/{token}``): large, plain, without script, for whoever holds the link."""

from bot.resident.app import ResidentParts, make_resident_pages

__all__ = ["ResidentParts", "make_resident_pages"]
