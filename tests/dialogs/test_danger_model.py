"""Danger in words nobody thought of: what patterns and model hear together, through the door the bot uses."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from dialogs.nlu.danger import Danger, danger_in
from dialogs.nlu.danger_model import SHIPPED, DangerEar, WeightsRefused, load_weights, shipped_ear
from dialogs.repeats import Repeats
from dialogs.text.clean import Script, clean
from dialogs.training.danger import EXAMPLES, fingerprint

_SETS = Path(__file__).with_name("extraction_sets")
_SCRIPT = Script()
_NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
_STORY = "我们小区的物业收费一年比一年高，楼道没人打扫，绿化带里全是垃圾，报修从来没有人上门。"

EVERYDAY = (
    "我住在江北区石子山那边",
    "道上全是冰溜子，老太太摔好几个了",
    "医生两分钟就把我打发了，血压药开了八百多",
    "我们家自来水黄了，我老伴有肾病",
    "音响开到最大声，我妈有心脏病受不了",
    "火锅店天天排油烟，呛得不行，窗子都不敢开",
    "单号找不着了",
    "你们都记了我哪些东西",
    "工地半夜还在打桩，娃儿也遭吵醒",
    "这个砖你们得修啊别让别人再摔了",
    "我老头子没了以后就我一个人我想去那个社会福利院住人家说没床位",
    "还好没事，就是电动车太快了",
    "脑梗后半边身子不能动，想申请残疾证",
    "冷氣機滴水滴到我窗台，嘈到瞓唔着",
    "你别吓我，我没事，我就是问养老院",
    "我没有被逼急啊，就是叫你们修砖",
    "家住石马河断桥巷",
    "地址是跳伞塔路44号",
    "我姓尚，尚小刀",
    "我妈八十了，爬不动楼，电梯停了一礼拜",
    "隔壁老爷子去世以后房子一直空着，门口堆满了垃圾",
    "楼下饭馆的烟囱对着我家，衣服上全是油烟味",
    "暖气不热，孩子冻得直流鼻涕",
    "包工头跑了，二十多个人的工钱没给",
    "我孙子在滑梯上碰了个包，麻烦把滑梯修修",
    "怕出事，所以先跟你们说一声",
    "石墩子太矮，别绊着老人",
    "我一个人带两个娃，想问低保怎么办",
    "电话留我女儿的，我耳朵不好",
    "昨天晚上十点多，对门那家",
    "楼上天天半夜拖椅子，我神经衰弱睡不好",
    "养鸡场的臭味熏得人吃不下饭",
    "孩子在学校摔了一跤，擦破点皮，老师没说",
    "你们把我的话传给我们老板没有",
    "我爸去年走的，社保卡里的钱怎么取",
    "上次那个事有结果没有，都一个月了",
    "公交车急刹，老太太差点坐地上，司机还骂人",
    "井盖响得睡不着，一压咣当一声",
    "走夜路害怕，路灯黑了一个月",
    "狗不拴绳，追着孩子跑，吓得不轻",
    "求求你们给我们小区通个气吧，管道早铺好了",
    "这日子没法安生，楼下天天唱歌",
)
"""Complaints and answers in which the model alone once heard danger, and more of their kind."""


AFRAID = (
    "花了九千八买回来一点用没有现在去找他门都锁了我也不敢跟儿子说",
    "他门都锁了我也不敢跟儿子说",
    "工人没有防护就下毒气池",
    "人家铺面关起门走了，我哪敢让姑娘晓得",
    "那个店早就锁了门，老头子问我钱去哪了我都不敢吭声",
    "我买了一万五的磁疗仪，现在找不到人，怕儿子媳妇怪我",
    "卖药的说我不吃他的药撑不到明年，我就掏了四千",
    "电话里的人说我卡涉案要抓我，我吓得把钱全转了",
    "冒充法院的吓唬我老娘，骗走她两万块",
    "我老婆子耳朵背，人家让我签啥我就签了，地没了",
    "天天有人打电话要账，吓得我老伴不敢接电话",
    "我孙女被网上刷单的骗了，不敢告诉她爸",
    "他们人多势众，我胆子小，不敢去要工钱",
    "我怕村长找我家麻烦，名字就不写了",
    "集资的公司人去楼空，我们几十个老人的养老钱没了",
    "房东趁我不在把锁换了，我的衣服都拿不出来",
    "厂里叫我们不戴防毒口罩就进罐子里清洗",
    "下污水池干活没有安全绳也没有人看着",
    "工地上的工人不系安全带在外架上走，看着都害怕",
    "井下通风不好还叫人下去，举报这个矿",
    "石材厂不发口罩，我们几个都查出尘肺",
    "车间干活的门从外面锁着，这样安全吗",
    "化工厂让临时工徒手搬有毒的桶",
    "吊车就在我们教室上头吊东西，也没人管",
    "昨天脚手架上的管子差点掉下来砸到人",
    "烧电焊的旁边堆着气瓶，想请安监来查",
    "买了三万块的床垫说能治病，人早不见了，我哪敢跟家里讲",
    "免费体检把我骗去，交了一万二，现在门上贴封条了",
    "贷款公司半夜打电话骂我，我心里害怕",
    "那个卖药的说不买我就活不过今年，我就买了",
    "店门关了人走了，我气得手都抖",
    "我怕老板知道了开除我",
    "我害怕被打击报复，能不能保密",
    "假警察打电话说要来抓我，我害怕就把卡号告诉他了",
    "厂里让我们不戴面具就进化粪池清淤",
    "没人戴安全帽，吊篮钢丝绳都锈了还用",
    "老板叫我们下井抽污水，连个检测仪都没有",
    "高空作业不系绳子，天天看着都吓人",
    "电焊工没证，在油漆旁边焊",
    "危化品仓库就挨着我们宿舍，没有消防设施",
    "冷库氨机没人检修，味道经常飘出来，老板说没事",
    "房东把门锁换了，不让我进去拿东西",
    "学校老师说再闹就开除孩子，孩子不敢去了",
    "我不敢回家跟老伴说，钱都交给传销了",
    "收旧家电的骗走我的彩电，我一个老人家追不上",
)
"""Who was cheated and is ashamed, who fears reprisals, who tells of unsafe work: afraid, and in no danger to life."""


@pytest.fixture(scope="module")
def ear() -> DangerEar:
    return shipped_ear()


def rows(name: str) -> Any:
    return YAML(typ="safe").load(_SETS / f"{name}.yml")


def even(texts: Sequence[str]) -> list[str]:
    return [_SCRIPT.simplified(clean(text)) for text in texts]


def heard(ear: DangerEar, texts: Sequence[str]) -> tuple[float, float]:
    """The shares that are heard at all, and for certain."""
    told = [ear.hear(text) for text in even(texts)]
    return sum(one is not None for one in told) / len(told), sum(bool(one and one.certain) for one in told) / len(told)


@pytest.mark.parametrize(("name", "some", "certain"), [("danger_dev", 0.93, 0.58), ("danger_test", 0.93, 0.58)])
def test_danger_is_heard_in_words_that_neither_patterns_nor_examples_hold(
    ear: DangerEar, name: str, some: float, certain: float
) -> None:
    at_all, for_certain = heard(ear, rows(name)["heard"])
    assert at_all >= some
    assert for_certain >= certain


@pytest.mark.parametrize(("name", "some", "certain"), [("danger_dev", 0.14, 0.08), ("danger_test", 0.17, 0.08)])
def test_complaints_in_the_same_words_raise_few_alarms(ear: DangerEar, name: str, some: float, certain: float) -> None:
    at_all, for_certain = heard(ear, rows(name)["not"])
    assert at_all <= some
    assert for_certain <= certain


def test_common_messages_raise_hardly_any(ear: DangerEar) -> None:
    at_all, for_certain = heard(ear, [row["text"] for row in rows("messages")])
    assert at_all <= 0.08
    assert for_certain <= 0.02


@pytest.mark.parametrize("text", EVERYDAY)
def test_an_everyday_complaint_or_answer_is_never_certain_danger(ear: DangerEar, text: str) -> None:
    assert ear.certain(even([text])[0]) is None


def test_few_everyday_complaints_get_the_gentle_line(ear: DangerEar) -> None:
    at_all, _ = heard(ear, EVERYDAY)
    assert at_all <= 0.25


@pytest.mark.parametrize("text", AFRAID)
def test_fear_of_a_cheat_a_chief_or_unsafe_work_is_never_certain_danger(ear: DangerEar, text: str) -> None:
    assert ear.certain(even([text])[0]) is None


def test_few_who_are_only_afraid_get_the_gentle_line(ear: DangerEar) -> None:
    at_all, _ = heard(ear, AFRAID)
    assert at_all <= 0.36


@pytest.mark.parametrize(
    "text",
    [
        "我被骗光了，今晚就从楼上跳下去",
        "保健品的钱要不回来，我拿刀去砍他",
        "催收的拿刀堵在门口，正在砸门",
        "工人没戴面具下池子，熏倒在里面喊不应",
        "没有护栏，有人掉下去了，一动不动",
    ],
)
def test_a_cheated_person_or_a_worker_in_danger_is_heard_for_certain(ear: DangerEar, text: str) -> None:
    assert ear.certain(even([text])[0]) is not None


@pytest.mark.parametrize(
    "text", ["我住在江北区清水湾那边", "家住石马河断桥巷", "地址是跳伞塔路44号", "我姓尚，尚小刀", "我叫史无命"]
)
def test_what_answers_a_question_needs_a_word_of_danger(ear: DangerEar, text: str) -> None:
    assert ear.hear(text) is None


def test_what_answers_a_question_with_a_word_of_danger_is_heard(ear: DangerEar) -> None:
    assert ear.certain("我住在这里一天都不想活了") is Danger.SELF_HARM


def test_what_patterns_hear_is_certain(ear: DangerEar) -> None:
    told = [text for text in even([text for texts in rows("danger").values() for text in texts]) if danger_in(text)]
    assert all(ear.certain(text) == danger_in(text) for text in told)


def test_the_blind_sets_are_not_among_the_examples() -> None:
    known = {text for texts in YAML(typ="safe").load(EXAMPLES).values() for text in texts}
    blind = [text for name in ("danger_dev", "danger_test") for texts in rows(name).values() for text in texts]
    assert not known.intersection(blind)


def test_the_shipped_model_is_up_to_date() -> None:
    assert load_weights(SHIPPED).fingerprint == fingerprint()


def test_what_life_is_for_is_asked_back_gently(ear: DangerEar) -> None:
    told = ear.hear("你觉得人活着有什么意义")
    assert told is not None
    assert (told.danger, told.certain) == (Danger.SELF_HARM, False)


@pytest.mark.parametrize(
    "text", ["", "好", "王建国", "13800138000", "阳光花园3号楼2单元", "确认", "abc", "，，，", "😀"]
)
def test_short_answers_are_no_danger(ear: DangerEar, text: str) -> None:
    assert ear.hear(text) is None


def test_the_end_of_a_letter_is_heard(ear: DangerEar) -> None:
    letter = _STORY * 6
    assert ear.hear(letter) is None
    told = ear.hear(letter + "药我全倒手心里了，今晚吃下去就不醒来")
    assert told is not None


def test_what_is_over_counts_for_less(ear: DangerEar) -> None:
    assert ear.hear("三年前我爸倒在地里头，现在想问补助") is None


@pytest.mark.parametrize(
    "text",
    [
        "充电桩扫了码一点反应都没有",
        "孩子作业多得快爆炸了，教育局管管",
        "灶具打不着火，换过电池了，该找哪家",
    ],
)
def test_the_patterns_words_in_an_everyday_sentence_raise_no_alarm(ear: DangerEar, text: str) -> None:
    told = ear.hear(text)
    assert told is None or not told.certain


@pytest.mark.parametrize(
    "text",
    [
        "隔壁的娃天天遭后妈打，手上都是烟头烫的疤",
        "院墙往外斜得凶，今天掉了好几块砖，娃儿都从那底下走",
        "佢俾人鎖喺間屋度，冇嘢食",
        "三号楼着伙了，快来旧人",
        "小区门禁坏了半年没人修，还有就是我家老人昨晚零下八度跑出去到现在没找着",
    ],
)
def test_slips_dialect_and_a_matter_told_before_it_hide_no_danger(ear: DangerEar, text: str) -> None:
    assert ear.hear(even([text])[0]) is not None


def test_word_that_a_threat_to_oneself_was_said_in_anger_is_no_alarm(ear: DangerEar) -> None:
    told = ear.hear("上回我说要跳楼是气头上的话，民警来过了，工资也结清了，今天来道个谢")
    assert told is None or not told.certain


def test_danger_the_model_hears_is_never_slowed() -> None:
    kept: Any = {}
    for _ in range(5):
        again = Repeats.after(kept, "天亮之前我就不在了", _NOW, urgent=True)
        assert again == Repeats(kept=again.kept)
        kept = again.kept


@given(st.text(max_size=400))
@settings(max_examples=80, deadline=None)
def test_whatever_is_written_is_read(text: str) -> None:
    told = shipped_ear().hear(text)
    assert told is None or told.danger in Danger


@pytest.mark.parametrize("hostile", ["，" * 9000, "死" * 9000, "今天，" * 3000, "a" * 9000], ids=lambda text: text[:3])
def test_nothing_that_is_written_takes_long(ear: DangerEar, hostile: str) -> None:
    started = process_time()
    ear.hear(hostile)
    assert process_time() - started < 1


@pytest.mark.parametrize("content", [b"", b"none", b"PK\x03\x04"])
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(WeightsRefused):
        load_weights(BytesIO(content))


def test_another_model_is_refused() -> None:
    file = BytesIO()
    np.savez(file, other=np.zeros(1))
    file.seek(0)
    with pytest.raises(WeightsRefused):
        load_weights(file)
