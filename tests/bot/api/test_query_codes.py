"""The query code is the filer's: whoever files gets it once, and staff find it nowhere again."""

from dataclasses import replace

from channels.messages import Address, Inbound, Kind, Purpose
from storage.records import OutboxEntry

SENDER = "oWangXiaoming-0000000000001"


async def reply(office, conversation, case, **given):
    now = office.clock()
    entry = OutboxEntry(
        id="e1",
        conversation_id=conversation.id,
        address=conversation.address,
        purpose=Purpose.REPLY,
        text=f"登记成功，编号 {case.number}，查询码 988727，请保存好。",
        case_number=case.number,
        case_seq=1,
        created_at=now,
        due_at=now,
    )
    await office.store.committer.commit([office.store.outbox.put(replace(entry, **given))])


async def shown(api, path):
    answer = await api.get(f"/api/v1{path}")
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_the_code_of_the_reply_that_files_is_hidden_in_timeline_and_transcript(api, office):
    conversation = await office.resident(SENDER)
    case = await office.filed(conversation)
    await reply(office, conversation, case)
    (step,) = (await shown(api, f"/cases/{case.number}/timeline"))["items"]
    (line,) = (await shown(api, f"/conversations/{conversation.id}/messages"))["items"]
    for text in (step["told"][0]["text"], line["text"]):
        assert text == f"登记成功，编号 {case.number}，查询码 ******，请保存好。"


async def test_the_code_of_a_case_that_staff_wrote_down_is_hidden_too(api, office):
    conversation = await office.resident(SENDER)
    made = await (
        await api.post("/api/v1/cases", json={"content": "灯", "filer": {"conversation_id": conversation.id}})
    ).json()
    (step,) = (await shown(api, f"/cases/{made['number']}/timeline"))["items"]
    assert "查询码：******" in step["told"][0]["text"]
    assert made["query_code"] not in step["told"][0]["text"]


async def test_the_code_that_somebody_asks_with_is_hidden(api, office):
    conversation = await office.resident(SENDER)
    at = office.started
    address = Address(channel="wechat", account="main", sender=SENDER)
    words = "WF261121000017 988727"
    heard = Inbound(address=address, message_id="m1", kind=Kind.TEXT, sent_at=at, received_at=at, text=words)
    await office.store.inbox.add([heard])
    (line,) = (await shown(api, f"/conversations/{conversation.id}/messages"))["items"]
    assert line["text"] == "WF261121000017 ******"


async def test_what_was_perhaps_sent_twice_says_so_everywhere(api, office):
    conversation = await office.resident(SENDER)
    case = await office.filed(conversation)
    await reply(office, conversation, case, maybe_twice=True)
    (step,) = (await shown(api, f"/cases/{case.number}/timeline"))["items"]
    (line,) = (await shown(api, f"/conversations/{conversation.id}/messages"))["items"]
    assert (step["told"][0]["maybe_twice"], line["maybe_twice"]) == (True, True)
    described = await (await api.get("/api/openapi.json")).json()
    for shape in ("Told", "Message", "Delivery"):
        assert "maybe_twice" in described["components"]["schemas"][shape]["required"]
