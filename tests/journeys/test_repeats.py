"""What the platform repeats, and what dies in between: once in effect, the same answer each time."""

from concurrent.futures import ThreadPoolExecutor

from deployment import READY_SECONDS
from phones import replied, shown
from residents import NUMBER
from waiting import until
from wechat_client import Person

from channels.sandbox.client import SandboxClient


def test_a_message_delivered_three_times_at_once_files_one_case_and_gets_one_answer(office):
    resident, person = office.newcomer()
    person.say(resident.all_at_once)
    confirmation = person.text("确认")
    with ThreadPoolExecutor(3) as deliveries:
        answers = list(deliveries.map(lambda _: person.push(confirmation), range(3)))

    assert answers[0][0] == 200
    assert len(set(answers)) == 1
    number = NUMBER.search(answers[0][1])[0]
    assert numbers_of(office.api, resident) == [number]
    assert person.push(confirmation) == answers[0]


def test_a_repeat_after_the_conversation_went_on_gets_its_own_answer(office):
    _, person = office.newcomer()
    first = person.text("信访多久能办完？")
    answered = person.push(first)
    person.say("你好")
    assert person.push(first) == answered


def test_where_web_dies_under_a_message_the_platforms_repeat_gets_the_reply(demo, demo_api, demo_account, town):
    resident = town.resident()
    person = Person(account=demo_account, openid=resident.openid)
    assert "确认" in person.say(resident.all_at_once)
    confirmation = person.text("确认")
    with ThreadPoolExecutor(1) as deliveries:
        first = deliveries.submit(person.push, confirmation)
        demo.kill_part("web")
        first.result()
    repeated = until(lambda: _answered(person, confirmation), "the repeat is answered", READY_SECONDS)

    number = NUMBER.search(repeated)[0]
    assert numbers_of(demo_api, resident) == [number]
    assert person.push(confirmation) == (200, repeated)


def _answered(person: Person, message: dict[str, object]) -> str:
    status, reply = person.push(message)
    assert status in {0, 200, 503}  # nobody there yet, or not ready: the platform asks again
    return reply


def numbers_of(api, resident) -> list[str]:
    """The cases of one person, by their phone number."""
    return [case["number"] for case in api.get(f"/cases?phone={resident.phone}")["items"]]


async def test_where_the_worker_dies_the_notice_still_arrives(demo, demo_api, town):
    async with SandboxClient(demo.sandbox_url) as client:
        phone = await client.open("周大姐")
        resident = town.resident(openid=phone.openid)
        await phone.say(resident.all_at_once)
        await replied(phone)
        await phone.say("确认")
        number = NUMBER.search((await replied(phone)).text)[0]

        demo.kill_part("worker")
        demo_api.move(number, "accepted", note="已登记受理")
        seen = await shown(phone, READY_SECONDS)
    assert [each.kind for each in seen] == ["customer_service"]
    assert number in seen[0].text
    assert demo_api.wait_notices(number) == [("customer_service", "sent")]
