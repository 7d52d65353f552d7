"""Contacts over the API: reading, joining with a reason, taking back."""

from urllib.parse import quote

from aiohttp.test_utils import TestClient


def of(contact_id: str) -> str:
    return f"/api/v1/contacts/{quote(contact_id, safe='')}"


async def test_staff_merge_with_a_reason_and_take_it_back(office, api: TestClient) -> None:
    one, two = await office.resident(), await office.resident("oSomebody-else-0000000000002")
    merged = await api.post(f"{of(one.id)}/merge", json={"other": two.id, "reason": "本人来电说明"})
    assert merged.status == 200
    body = await merged.json()
    assert {each["id"] for each in body["conversations"]} == {one.id, two.id}
    assert (body["events"][0]["kind"], body["events"][0]["by"]) == ("merged", "李科长")
    read = await (await api.get(of(two.id))).json()
    assert read["id"] == one.id
    again = await api.post(f"{of(one.id)}/merge", json={"other": two.id, "reason": "x"})
    assert again.status == 422
    parted = await (await api.post(f"{of(one.id)}/unmerge", json={"reason": "弄错了"})).json()
    assert [each["id"] for each in parted["conversations"]] == [one.id]
    assert (await api.post(f"{of(one.id)}/unmerge", json={"reason": "x"})).status == 409


async def test_a_merge_needs_a_reason_and_two_contacts_that_exist(office, api: TestClient) -> None:
    one = await office.resident()
    assert (await api.post(f"{of(one.id)}/merge", json={"other": one.id})).status == 422
    assert (await api.post(f"{of(one.id)}/merge", json={"other": "nobody", "reason": "x"})).status == 422
    assert (await api.post(f"{of('nobody')}/merge", json={"other": one.id, "reason": "x"})).status == 404
    assert (await api.get(of("nobody"))).status == 404


async def test_the_list_names_each_contact_once(office, api: TestClient) -> None:
    people = [await office.resident(f"oSomebody-{number}") for number in range(3)]
    await api.post(f"{of(people[0].id)}/merge", json={"other": people[1].id, "reason": "本人说明"})
    listed = (await (await api.get("/api/v1/contacts")).json())["items"]
    assert [each["id"] for each in listed] == [people[2].id, people[0].id]
    first = await (await api.get("/api/v1/contacts?limit=1")).json()
    rest = await (await api.get(f"/api/v1/contacts?limit=1&cursor={first['next_cursor']}")).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == [people[2].id, people[0].id]
    assert (await (await api.get("/api/v1/contacts?phone=13800138000")).json())["items"] == []
