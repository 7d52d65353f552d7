"""Files that staff put to a case in the console."""

import io

import pytest
from aiohttp import FormData
from case_office import open_case_office

from channels.messages import Address
from storage.cases import Filer
from storage.staff import Role

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 2_000


@pytest.fixture
async def office(database, vault, clock, passwords):
    async with open_case_office(database, vault, clock, passwords) as made:
        yield made


def form(content: bytes, **fields: str) -> FormData:
    made = FormData()
    made.add_field("file", io.BytesIO(content), filename="after.png")
    for name, value in fields.items():
        made.add_field(name, value)
    return made


async def test_a_unit_puts_a_photo_to_its_case_and_the_filer_gets_it_where_that_is_ticked(office, clock):
    address = Address(channel="wechat", account="main", sender="oZhang")
    follower = await office.store.conversations.ensure(address, now=clock())
    number = await office.file(filer=Filer(name="张三丰", conversation_id=follower.id))
    zuoxi = await office.console.signed_in("zuoxi", Role.OPERATOR)
    await zuoxi.post(f"/cases/{number}/accept")
    await zuoxi.post(f"/cases/{number}/assign", {"lead": "cg"})
    unit = await office.console.signed_in("chengban", Role.HANDLER, unit="cg")
    other = await office.console.signed_in("qita", Role.HANDLER, unit="wc")

    kept = await unit.post(f"/cases/{number}/hand", form(PNG, note="修好后的照片"))
    assert kept.says("文件已存入，只有工作人员看得到")
    sent = await unit.post(f"/cases/{number}/hand", form(PNG, note="修好了", public="on"))
    assert sent.says("文件已发给来信人")
    files = {each.public: each for each in await office.store.attachments.of_case(number)}
    assert [files[public].by_staff for public in (False, True)] == [True, True]
    entries = await office.store.outbox.for_case(number)
    assert [each.attachment for each in entries if each.attachment] == [files[True].id]

    alone = await office.file()
    unreached = await zuoxi.post(f"/cases/{alone}/hand", form(PNG, public="on"))
    assert unreached.says("没有可以收消息的渠道")

    assert (await other.post(f"/cases/{number}/hand", form(PNG))).status == 404
    word = await unit.post(f"/cases/{number}/hand", form(b"PK\x03\x04 a letter"))
    assert (word.status, word.says("不能保存")) == (422, True)
    nothing = await unit.post(f"/cases/{number}/hand", {"note": "忘了选"})
    assert (nothing.status, nothing.says("请选择文件")) == (422, True)


async def test_of_an_accusation_no_file_is_sent(office, clock):
    address = Address(channel="wechat", account="main", sender="oZhang")
    follower = await office.store.conversations.ensure(address, now=clock())
    number = await office.file(accusation=True, filer=Filer(conversation_id=follower.id))
    told = len(await office.store.outbox.for_case(number))
    jijian = await office.console.signed_in("jijian", Role.DISCIPLINE)
    assert "> 发给来信人</label>" not in (await jijian.get(f"/cases/{number}")).text
    page = await jijian.post(f"/cases/{number}/hand", form(PNG, public="on"))
    assert page.says("只有工作人员看得到")
    assert len(await office.store.outbox.for_case(number)) == told
