"""Which questions are for another agency, and which only sound so."""

import pytest

from dialogs.faq.answers import load_answers
from dialogs.faq.search import Answers
from dialogs.files import DialogFiles
from dialogs.nlu.elsewhere import asks_for_a_service, asks_where_we_are
from dialogs.text.wording import plain


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers(load_answers(DialogFiles().answers))


@pytest.mark.parametrize(
    ("question", "whose"),
    [
        ("身份证丢了去哪补办，要多久", "else_household"),
        ("娃儿的户口咋个上嘛", "else_household"),
        ("護照多久能辦下來", "else_travel"),
        ("驾照过期了怎么换", "else_driving"),
        ("社保断缴了三个月怎么补", "else_social"),
        ("俺想问问养老金咋认证", "else_social"),
        ("公积金怎么提取？", "else_fund"),
        ("医保卡丢了怎么补", "else_medical"),
        ("個稅怎麼退", "else_tax"),
        ("想申请法律援助去哪", "else_legal_aid"),
        ("我想问一下外地户口的孩子能在这边上小学吗", "else_school"),
        ("房产证过户要带什么材料", "else_property"),
    ],
)
def test_the_agency_is_known_by_what_is_asked(answers: Answers, question: str, whose: str) -> None:
    found = answers.elsewhere(plain(question))
    assert (asks_for_a_service(question), found and found.id) == (True, whose)


@pytest.mark.parametrize(
    "text",
    [
        "公司不给我交社保怎么办",
        "房产证十年办不下来怎么办",
        "老板扣我身份证怎么办",
        "养老金停发三个月了怎么回事",
        "社保局工作人员要好处费怎么办",
        "户口本被前夫扣着不给",
        "需要提供身份证号码吗",
        "办身份证的民警态度恶劣怎么投诉",
        "电费涨到一块二，太高了怎么办",
    ],
)
def test_a_trouble_with_an_agency_is_no_such_question(text: str) -> None:
    assert not asks_for_a_service(text)


@pytest.mark.parametrize("text", ["信访局地址在哪", "你们在哪里", "接访大厅怎么走", "信访局电话是多少", "電話多少"])
def test_where_we_are_is_known(text: str) -> None:
    assert asks_where_we_are(text, bare=True)


@pytest.mark.parametrize("text", ["小区在哪里", "局长电话多少钱买的", "信访局几点上班", "我家地址是槐安区"])
def test_where_something_else_is_is_not_ours(text: str) -> None:
    assert not asks_where_we_are(text, bare=True)


def test_other_agencies_are_never_compared_with_the_answers(answers: Answers) -> None:
    assert all(found.answer.topic != "elsewhere" for found in answers.search("身份证丢了怎么补办", 20))
