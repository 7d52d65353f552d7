"""Understanding for one process, by the settings: chosen, opened, minded, closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bot.metrics import Metrics
from bot.settings import Settings
from bot.understanding.assistance import Assistant
from bot.understanding.embedders import choose_embedder
from bot.understanding.endpoint import Endpoint
from bot.understanding.minding import Habits, Minder
from bot.understanding.speech import Recogniser
from bot.understanding.store import ModelStore
from dialogs.files import DialogFiles
from dialogs.understanding import Understanding

MODELS = "models"
"""The folder below ``data_dir``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """``understanding`` is for the dialog; ``minder.run`` fills it.

    ``summaries``, ``recogniser``: None unless switched on.
    """

    understanding: Understanding
    minder: Minder
    summaries: Assistant | None
    recogniser: Recogniser | None = None


@asynccontextmanager
async def open_understanding(
    settings: Settings, http: aiohttp.ClientSession, metrics: Metrics, *, patience: float, warms: bool
) -> AsyncIterator[Opened]:
    """What the settings ask for. Begins no model yet; what was begun meanwhile ends with the block."""
    source = choose_embedder(settings.understanding, http)
    assistant = open_assistant(settings, http)
    helps = settings.assistance
    understanding = Understanding(rewriter=assistant if helps.rewrite_questions else None)
    minder = Minder(
        understanding,
        source=source,
        store=ModelStore(settings.storage.data_dir / MODELS),
        files=DialogFiles(folder=settings.dialog.files),
        metrics=metrics,
        habits=Habits(patience=patience, warms=warms, seconds=settings.understanding.training_seconds),
    )
    try:
        yield Opened(
            understanding=understanding,
            minder=minder,
            summaries=assistant if helps.draft_summaries else None,
            recogniser=open_recogniser(settings, http),
        )
    finally:
        if source.embedder is not None:
            await source.embedder.aclose()


def open_recogniser(settings: Settings, http: aiohttp.ClientSession) -> Recogniser | None:
    """What hears voices; None where it is not switched on."""
    speech = settings.speech
    if not speech.base_url:
        return None
    key = speech.api_key.get_secret_value() if speech.api_key else ""
    return Recogniser(endpoint=Endpoint(http, speech.base_url, api_key=key), model=speech.model, seconds=speech.timeout)


def open_assistant(settings: Settings, http: aiohttp.ClientSession) -> Assistant | None:
    """The model that helps; None where nothing of it is switched on."""
    helps = settings.assistance
    if not (helps.rewrite_questions or helps.draft_summaries):
        return None
    key = helps.api_key.get_secret_value() if helps.api_key else ""
    return Assistant(endpoint=Endpoint(http, helps.base_url, api_key=key), model=helps.model, seconds=helps.timeout)
