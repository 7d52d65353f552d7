"""What holds for every call: tokens, bodies, idempotency keys, problems, and silence about people."""

import asyncio
import io
import json
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.api.app import OPERATIONS, make_api
from bot.api.tokens import SettingsTokens
from storage.api_answers import API_ANSWERS, ApiAnswers
from storage.errors import StorageAway

DRAFT = {"content": "奎文区东风东街某小区路灯坏了", "filer": {"name": "王小明", "phone": "13800138000"}}


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", "Basic czpz", "s3cret-token-of-li", "Bearer ü"])
async def test_without_a_right_token_nothing_is_told_on_any_route(api, office, shown):
    app = make_api(store=office.store, casework=office.casework, tokens={}, clock=office.clock)
    routes = [(operation.method, f"/api/v1{operation.path}") for operation in app[OPERATIONS]]
    assert len(routes) > 8
    for method, path in [*routes, ("GET", "/api/v1/no-such-thing"), ("DELETE", "/api/v1/cases")]:
        answer = await api.request(method, path, headers={"Authorization": shown})
        assert answer.status == 401, path
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.content_type == "application/problem+json"
        assert (await answer.json())["title"]


async def test_the_word_bearer_is_understood_in_any_case(api):
    answer = await api.get("/api/v1/cases", headers={"Authorization": "bearer  another-token"})
    assert answer.status == 200


async def test_no_token_is_let_in_where_none_is_set():
    tokens = SettingsTokens({"empty": ""})
    assert await tokens.caller("") is None
    assert await tokens.caller("x") is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"content": "x",}', "1"),
        (b'{\n "content": }', "2"),
        (b"", "1"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"content": "\\ud800"}', "ud800"),
        (b'{"content": NaN}', "NaN"),
        (b'{"content": "a", "content": "b"}', "content"),
        (b"[" * 100_000, ""),
        (b'{"content": ' + b"9" * 5_000 + b"}", ""),
    ],
)
async def test_what_is_no_json_is_400_and_says_where(api, body, said):
    answer = await api.post("/api/v1/cases", data=body)
    problem = await answer.json()
    assert answer.status == 400
    assert problem["type"] == "/api/docs#bad-json"
    assert said in problem["detail"]


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b"7"])
async def test_json_that_is_no_object_is_422(api, body):
    assert (await api.post("/api/v1/cases", data=body)).status == 422


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_beyond_a_mebibyte_is_413(api, chunked):
    body = json.dumps({"content": "长" * 400_000}).encode()

    async def stream():
        yield body

    answer = await api.post("/api/v1/cases", data=stream() if chunked else io.BytesIO(body))
    assert answer.status == 413
    assert (await answer.json())["status"] == 413


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1000000"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "!!"}, "cursor"),
        ({"state": "fixed"}, "state"),
        ({"created_after": "2026-11-21"}, "created_after"),
        ({"created_after": "2026-11-21T00:00:00"}, "created_after"),
        ({"colour": "red"}, "colour"),
        ([("limit", "1"), ("limit", "2")], "limit"),
    ],
)
async def test_a_wrong_query_names_the_parameter(api, query, field):
    answer = await api.get("/api/v1/cases", params=query)
    problem = await answer.json()
    assert answer.status == 422
    assert [error["field"] for error in problem["errors"]] == [field]


async def test_an_unknown_address_and_a_wrong_method_are_problems_too(api):
    unknown = await api.get("/api/v1/no-such-thing")
    assert (unknown.status, unknown.content_type) == (404, "application/problem+json")
    wrong = await api.delete("/api/v1/cases")
    assert (wrong.status, wrong.content_type) == (405, "application/problem+json")
    assert wrong.headers["Allow"] == "GET, POST"


async def test_no_bytes_whatever_break_it(api):
    for body in (b"\x00", b"{", b'{"a":{}}', b"\xed\xa0\x80", b'{"content":"\\u0000"}', b'{"content":1e999}'):
        assert (await api.post("/api/v1/cases", data=body)).status in (400, 422)


async def post(api, key, body=None, path="/api/v1/cases"):
    return await api.post(path, json=body or DRAFT, headers={"Idempotency-Key": key})


async def test_the_same_key_gets_the_same_answer_and_one_case(api):
    first, again = await post(api, "k1"), await post(api, "k1")
    assert (first.status, again.status) == (201, 201)
    assert await first.read() == await again.read()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len((await (await api.get("/api/v1/cases")).json())["items"]) == 1


async def test_the_same_move_again_is_answered_as_the_first_was(api, office):
    case = await office.filed(await office.resident())
    path = f"/api/v1/cases/{case.number}/transitions"
    first, again = [await post(api, "k1", {"to": "accepted"}, path) for _ in range(2)]
    assert (first.status, again.status) == (200, 200)
    assert await first.read() == await again.read()
    assert len(await office.notices(case.number)) == 1


async def test_at_once_with_one_key_there_is_one_case(api):
    answers = await asyncio.gather(*(post(api, "k1") for _ in range(5)))
    assert {answer.status for answer in answers} <= {201, 409}
    for answer in answers:
        if answer.status == 409:
            assert (await answer.json())["type"] == "/api/docs#in-flight"
            assert answer.headers["Retry-After"]
    assert len((await (await api.get("/api/v1/cases")).json())["items"]) == 1


async def test_a_key_used_for_something_else_is_422(api):
    await post(api, "k1")
    other = await post(api, "k1", DRAFT | {"title": "另一件"})
    assert other.status == 422
    assert (await other.json())["type"] == "/api/docs#key-reused"


async def test_keys_of_two_tokens_do_not_meet(api):
    await post(api, "k1")
    headers = {"Idempotency-Key": "k1", "Authorization": "Bearer another-token"}
    assert (await api.post("/api/v1/cases", json=DRAFT, headers=headers)).status == 201
    assert len((await (await api.get("/api/v1/cases")).json())["items"]) == 2


async def test_a_request_that_failed_leaves_its_key_free(api, office):
    case = await office.filed(await office.resident())
    path = f"/api/v1/cases/{case.number}/transitions"
    assert (await post(api, "k1", {"to": "closed"}, path)).status == 409
    assert (await post(api, "k1", {"to": "accepted"}, path)).status == 200


@pytest.mark.parametrize("key", ["", "has space", "x" * 256])
async def test_an_unfit_key_is_422(api, key):
    assert (await post(api, key)).status == 422


async def test_the_kept_answer_is_unreadable_at_rest(api, office):
    key = "a-key-too-long-to-stand-in-sealed-bytes-by-chance"
    await post(api, key)
    kept = await office.store.database[API_ANSWERS].find({}, limit=10)
    assert len(kept) == 1
    for personal in ("王", "138****8000", "246810", "路灯", key):
        assert personal.encode() not in b"".join(
            bytes(v) if isinstance(v, bytes) else str(v).encode() for v in kept[0].values()
        )


async def test_answer_and_effect_are_kept_in_one_commit(api, office, monkeypatch):
    """A process that dies after the commit has kept the answer as well."""
    commits = []
    commit = office.store.committer.commit

    async def counted(changes):
        commits.append({change.collection for change in changes})
        await commit(changes)

    monkeypatch.setattr(office.store.committer, "commit", counted)
    await post(api, "k1")
    assert len(commits) == 1
    assert {"cases", API_ANSWERS} <= commits[0]


async def test_a_key_whose_holder_died_is_taken_over(office):
    answers = ApiAnswers(office.store.database, office.store.vault)
    now = office.clock()
    dead = await answers.reserve("id", fingerprint="f", now=now)
    later = now + timedelta(seconds=61)
    heir = await answers.reserve("id", fingerprint="f", now=later)
    assert heir != dead
    await office.store.committer.commit([answers.keep(heir, status=201, body="{}")])
    kept = await answers.reserve("id", fingerprint="f", now=later)
    assert (kept.status, kept.body) == (201, "{}")


async def test_the_store_being_away_is_503(api, office, monkeypatch):
    async def away(*_args, **_kwargs):
        raise StorageAway

    monkeypatch.setattr(office.store.cases, "list", away)
    answer = await api.get("/api/v1/cases")
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert (await answer.json())["type"] == "/api/docs#away"


async def test_an_unforeseen_failure_tells_nothing_of_its_inside(api, office, monkeypatch):
    async def broken(*_args, **_kwargs):
        raise RuntimeError("王小明 13800138000")

    monkeypatch.setattr(office.store.cases, "list", broken)
    with capture_logs() as logs:
        answer = await api.get("/api/v1/cases")
    assert answer.status == 500
    assert "王小明" not in await answer.text()
    assert "王小明" not in str(logs)
    assert logs[0]["error"] == "RuntimeError"


async def test_nothing_personal_is_logged(api, office):
    with capture_logs() as logs:
        made = await (await post(api, "k1", DRAFT | {"title": "绝密标题"})).json()
        number = made["number"]
        await api.post(f"/api/v1/cases/{number}/transitions", json={"to": "accepted", "note": "绝密说明"})
        await api.post(f"/api/v1/cases/{number}/transitions", json={"to": "closed", "note": "绝密说明"})
        for path in ("", "/timeline"):
            await api.get(f"/api/v1/cases/{number}{path}")
        await api.get("/api/v1/cases", params={"phone": "13800138000"})
        await api.get("/api/v1/conversations", params={"channel": "wechat", "account": "main", "sender": "oSecret"})
    words = str(logs)
    assert [log["event"] for log in logs] == ["case.created", "case.moved", "api.case_read", "api.timeline_read"]
    for personal in ("王小明", "13800138000", "绝密", "246810", "oSecret", "路灯"):
        assert personal not in words
