"""What everybody may read: published clarifications and leaders' reception days."""

from bot.public.app import PublicParts, make_public_pages

__all__ = ["PublicParts", "make_public_pages"]
