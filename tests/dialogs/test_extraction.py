"""What is read out of a text: tables of what residents write, and what is found in it."""

from pathlib import Path

import pytest

from dialogs import nlu
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.danger import danger_in
from dialogs.nlu.facts import only_place, read_facts
from dialogs.nlu.identity import find_id_number, mask_id_number, without_id_numbers
from dialogs.nlu.masking import masked
from dialogs.nlu.matter import Categories, tells_a_matter, type_of
from dialogs.nlu.names import answered_name, find_own_name
from dialogs.nlu.phones import find_phones, mask_phone, own_phone
from dialogs.nlu.places import find_district, find_place
from dialogs.nlu.times import find_since
from dialogs.nlu.title import make_title
from dialogs.nlu.title_words import LONGEST
from dialogs.text.clean import Script, clean


@pytest.fixture(scope="module")
def categories() -> Categories:
    return Categories.load(Path(nlu.__file__).with_name("categories.yml"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫王建国，手机13800138000", "王建国"),
        ("我是张三", "张三"),
        ("姓名：李四", "李四"),
        ("我是王女士", "王女士"),
        ("王女士", "王女士"),
        ("我叫王建国手机13800138000", "王建国"),
        ("我叫王建国我家住在奎文区", "王建国"),
        ("我叫买买提·艾力", "买买提·艾力"),
        ("我叫欧阳修文，住在", "欧阳修文"),
        ("我叫逄建国，手机13800138000", "逄建国"),
        ("我叫濮阳秀兰，联系电话是13800138000", "濮阳秀兰"),
        ("我叫物业来修，电话13800138000没人接", None),
        ("王建国 13800138000", "王建国"),
        ("王建国\n13800138000", "王建国"),
        ("联系人：赵敏 电话13800138000", "赵敏"),
        ("本人陈刚，家住", "陈刚"),
        ("我是坊子区李家村的村民，名叫李大山，今年六十三岁", "李大山"),
        ("我是学生家长赵敏，联系电话", "赵敏"),
        ("您好我是奎文区业主", None),
        ("一直不给看账。王富贵，0536-6213458", "王富贵"),
        ("请考虑。市民赵国庆 18263611007", "赵国庆"),
        ("联系人老李，电话13455677001", "老李"),
        ("房子2021年拆了", None),
        ("我是小区业主", None),
        ("我是时代花园的业主", None),
        ("我是来反映问题的", None),
        ("我是路过的", None),
        ("我是王小明的妈妈", None),
        ("物业经理张三骂人", None),
        ("我是永宁区文化路翠湖园9号楼1单元501的孙国强，电话13505310011", "孙国强"),
        ("俺是前王村的李大山，路坏了", "李大山"),
        ("我是东风街5号的房东", None),
        ("我是三号楼的管家", None),
        ("路灯坏了", None),
    ],
)
def test_the_writers_own_name_is_found(text: str, name: str | None) -> None:
    found = find_own_name(text)
    assert (found.value if found else None) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("王建国", "王建国"),
        ("张三。", "张三"),
        ("叫我小李就行", "小李"),
        ("Smith", "Smith"),
        ("我是阿依古丽", "阿依古丽"),
        ("欧阳娜娜", "欧阳娜娜"),
        ("李梅😊", "李梅"),
        ("高兴旺", "高兴旺"),
        ("赵刚行了吧", "赵刚"),
        ("小王好伐", "小王"),
        ("周正行不行", "周正"),
        ("贾老师", "贾老师"),
        ("吴可行", "吴可行"),
        ("行了吧", None),
        ("马上", None),
        ("不想说", None),
        ("为什么要姓名", None),
        ("13800138000", None),
        ("没有", None),
        ("匿名", None),
        ("确认", None),
    ],
)
def test_an_answer_to_the_name_is_a_name_or_none(text: str, name: str | None) -> None:
    assert answered_name(text) == name


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("手机13800138000，", ["13800138000"]),
        ("138 0013 8000", ["13800138000"]),
        ("138-0013-8000", ["13800138000"]),
        ("+86 13800138000", ["13800138000"]),
        ("05368123456", ["0536-8123456"]),
        ("电话：0536 8123456转2", ["0536-8123456"]),
        ("WF261121001237 123456", []),
        ("11010519491231002X", []),
        ("1380013800", []),
        ("一三八零五三六一一二二", ["13805361122"]),
        ("我电话幺三八零零幺三八零零零", ["13800138000"]),
        ("老板13911112222，我13800138000", ["13911112222", "13800138000"]),
    ],
)
def test_telephone_numbers_are_found(text: str, phones: list[str]) -> None:
    assert [phone.value for phone in find_phones(text)] == phones


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("施工方电话13911112222，我的电话13800138000", "13800138000"),
        ("老板13911112222跑了", None),
        ("联系我 13800138000", "13800138000"),
    ],
)
def test_the_number_of_somebody_else_is_not_the_writers(text: str, phone: str | None) -> None:
    found = own_phone(text)
    assert (found.value if found else None) == phone


def test_numbers_are_masked() -> None:
    assert mask_phone("13800138000") == "138****8000"
    assert mask_phone("0536-8123456") == "0536-****456"
    assert mask_id_number("11010519491231002X") == "1101**********002X"


def test_an_identity_number_needs_its_check_digit() -> None:
    assert find_id_number("11010519491231002X") is not None
    assert find_id_number("110105194912310021") is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("路灯坏了，身份证110105194912310021", "路灯坏了"),
        ("路灯坏了 我的身份证号码是：110105 19491231 002x 谢谢", "路灯坏了 谢谢"),
        ("身份证130503670401001，路灯坏了", "，路灯坏了"),
        ("对方身份证11010519491231002X", "对方身份证11010519491231002X"),
        ("订单号6222021234567890123", "订单号6222021234567890123"),
    ],
)
def test_identity_numbers_are_taken_out_with_what_they_are_called(text: str, left: str) -> None:
    assert without_id_numbers(text) == left


def test_what_tells_who_somebody_is_is_masked_in_a_text() -> None:
    told = "中介13911112222，卡6222021234567890123，编号WF261121000017，座机0536-8123456"
    assert masked(told) == "中介139****2222，卡6222***********0123，编号WF261121000017，座机0536-****456"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("奎文区东风东街某小区路灯坏了一个多月，晚上太黑", "奎文区东风东街某小区"),
        ("人民路和胜利街交叉口红绿灯不亮", "人民路和胜利街交叉口"),
        ("我住在潍城区北关街道张家村3组", "潍城区北关街道张家村3组"),
        ("阳光花园小区5号楼2单元电梯坏了", "阳光花园小区5号楼2单元"),
        ("地址：高密市密水街道人民大街12号", "高密市密水街道人民大街12号"),
        ("潍坊市奎文区新华路与福寿街路口积水", "潍坊市奎文区新华路与福寿街路口"),
        ("XX村垃圾没人收", "XX村"),
        ("在寿光市第一中学门口乱收费", "寿光市第一中学门口"),
        ("虞河路东段下水道井盖丢了", "虞河路东段"),
        ("万达广场附近烧烤油烟", "万达广场附近"),
        ("恒大名城三期物业", "恒大名城三期"),
        ("健康东街新华路口往东200米", "健康东街新华路口往东200米"),
        ("诸城市龙都街道", "诸城市龙都街道"),
        ("安丘市人民医院", "安丘市人民医院"),
        ("拖欠工资的是鸿运建筑公司，在坊子区凤凰街工地", "坊子区凤凰街工地"),
        ("高新区樱前街凤凰太阳城小区楼下广场舞", "高新区樱前街凤凰太阳城小区楼下"),
        ("高新区金马国际3号楼1402室一下雨就漏", "高新区金马国际3号楼1402室"),
        ("诸城市社保局我父亲今年61岁", "诸城市社保局"),
        ("诸城市东关大街百盛站56路公交车", "诸城市东关大街百盛站"),
        ("潍城区北马道街38号煤气费", "潍城区北马道街38号"),
        ("潍城区向阳路老年人受骗", "潍城区向阳路"),
        ("本人系安丘市新安街道居民", "安丘市新安街道"),
        ("白浪河北段河水发黑", "白浪河北段"),
        ("高新区金马路阳光100小区12号楼暖气", "高新区金马路阳光100小区12号楼"),
        ("把12路公交车末班车延长", None),
        ("有人往河里排粪", None),
        ("育才培训机构关门跑路", None),
        ("到底该报哪个学校", None),
        ("我们村的路坏了", None),
        ("我们小区停水了", None),
        ("去年小区着火了", None),
        ("中百超市过期食品", "中百超市"),
        ("物业不知道怎么回事", None),
        ("政府什么时候修路", None),
        ("家门口那条路坑坑洼洼", None),
        ("我们这里的学校乱收费", None),
        ("信访局在哪里", None),
        ("路灯坏了", None),
        ("垃圾没人收，跟村委说了", None),
        ("楼道堆杂物，社区说了不管", None),
        ("电动车被偷了，跟派出所说了", None),
        ("下水道往外冒脏水，跟居委会说了好几回", None),
        ("就是和平路那个", "和平路"),
        ("民主街199号楼下举报楼下饭店油烟扰民", "民主街199号楼下"),
        ("https://example.org/某某路 路灯坏了", None),
        ("南山村支书侵占我家宅基地", "南山村"),
        ("王庄村会计把低保款领到自己账上", "王庄村"),
        ("河西镇副镇长收包工头的钱", "河西镇"),
        ("镇上王副镇长收包工头的钱", None),
        ("槐南镇长江路路灯坏了", "槐南镇长江路"),
        ("区里面电动车乱停堵楼道", None),
        ("向阳路北口那个路灯不亮", "向阳路北口"),
        ("文化路西口堆着垃圾", "文化路西口"),
        ("我哋荔湾区龙津西路嗰个垃圾站冇人清", "荔湾区龙津西路"),
        ("佢哋海珠区江南大道咁多垃圾", "海珠区江南大道"),
        ("俺们历下区文化东路积水", "历下区文化东路"),
        ("户口迁移派出所让开证明，村里不给开", None),
        ("俺村里修路修一半不修了", None),
        ("这边小学几点放学", None),
        ("怕村主任知道", None),
        ("我那个老年卡啊前天坐十八路刷不出来了", None),
        ("摔得我膝盖到现在还疼呢医院花了六百多块钱", None),
        ("举报一家黑诊所，没有执照给人打针", None),
        ("有个饭店天天往下水道倒油", None),
        ("举报一家黑诊所，在余杭区良渚街道七贤桥村小卖部旁边", "余杭区良渚街道七贤桥村小卖部旁边"),
        ("恒泰御府，在经开区第八大街", "经开区第八大街恒泰御府"),
        ("老房子机床厂宿舍的在铁西区北二路", "铁西区北二路机床厂宿舍"),
        ("高新区科创路的星河广场工地做木工", "高新区科创路的星河广场工地"),
        ("翔安区马巷镇番薯市街的广场舞", "翔安区马巷镇番薯市街"),
        ("河西区永安里三号楼二门一零二漏水", "河西区永安里三号楼二门一零二"),
        ("中山区那个中山路邮局门口", "中山区中山路邮局门口"),
        ("三八路22号", "三八路22号"),
        ("星海湾，在高新区学府路", "高新区学府路星海湾"),
        ("上周六中午在解放路福满楼吃了顿饭", "解放路福满楼"),
        ("上周一中午物业把我家水停了，柳荫里小区", "柳荫里小区"),
        ("周二中午学校门口有人卖三无零食，红星小学", "红星小学"),
        ("从国庆节开始小区就没热水，柳荫里小区", "柳荫里小区"),
        ("从八月份开始小区就没热水，柳荫里小区", "柳荫里小区"),
        ("上周六育英小学门口堵车", "育英小学门口"),
        ("八月中旬育英小学门口堵车", "育英小学门口"),
        ("市一中中午不让出校门", "市一中"),
        ("市一中午休时间太短", "市一中"),
        ("从国庆路到建设路堵车", "国庆路到建设路"),
        ("楼道堆满杂物好久了，在柳荫里", "柳荫里"),
        ("手机落下了，在抽屉里", None),
    ],
)
def test_a_place_is_found_as_it_was_written(text: str, place: str | None) -> None:
    found = find_place(text)
    assert (found.value if found else None) == place


@pytest.mark.parametrize(
    ("place", "district"),
    [
        ("潍坊市奎文区新华路", "奎文区"),
        ("高密市密水街道", "高密市"),
        ("昌乐县五图街道", "昌乐县"),
        ("阳光花园小区", ""),
        ("恒大名城三期", ""),
        ("诸城市社保局", "诸城市"),
        ("佳乐家超市新华店", ""),
    ],
)
def test_the_district_is_inferred(place: str, district: str) -> None:
    assert find_district(place) == district


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("路灯坏了一个多月", "一个多月"),
        ("上周三晚上停水", "上周三晚上"),
        ("春节前就欠钱", "春节前"),
        ("从去年10月开始", "从去年10月开始"),
        ("昨天下午3点", "昨天下午3点"),
        ("2026年3月5日", "2026年3月5日"),
        ("快两周了", "快两周"),
        ("每天晚上", ""),
        ("路灯坏了", ""),
    ],
)
def test_since_when_is_found(text: str, since: str) -> None:
    assert find_since(text) == since


@pytest.mark.parametrize(
    ("content", "place", "title"),
    [
        ("奎文区东风东街某小区路灯坏了一个多月，晚上太黑", "奎文区东风东街某小区", "东风东街某小区路灯坏了一个多月"),
        ("小区停水三天了，没人管", "潍城区北宫西街阳光花园", "北宫西街阳光花园停水三天"),
        ("我在鸿运建筑公司干活，老板拖欠工资三个月，一共两万多", "", "老板拖欠工资三个月"),
        ("楼下烧烤店油烟太大，每天晚上吵到两点", "奎文区新华路12号", "新华路12号烧烤店油烟太大"),
        ("领导好，我是业主，我们小区物业乱收费，停车费由300元涨到500元", "阳光花园", "阳光花园物业乱收费"),
        ("建议在人民公园增设健身器材", "人民公园", "建议在人民公园增设健身器材"),
        ("我妈的养老金从3月份开始就没发", "社保局", "社保局养老金从3月份开始就没发"),
        ("把末班车时间从18:30延长到21:00", "", "把末班车时间从18:30延长到21:00"),
        ("我们这栋楼电梯一个月坏了六次", "奎文区东风东街玫瑰园小区9号楼", "东风东街玫瑰园小区电梯一个月坏了六次"),
        (
            "一楼住户把绿化带圈起来盖了个小房子",
            "奎文区虞河路虞景嘉园7号楼",
            "虞景嘉园7号楼一楼住户把绿化带圈起来盖了个小房子",
        ),
        (
            "工地每天晚上施工到凌晨两三点钟严重影响周边居民休息打电话投诉也没有人管",
            "潍城区北宫西街",
            "北宫西街工地每天晚上施工到凌晨两三点钟",
        ),
        ("我家的低保从去年开始就被取消了社区说是上级的规定让我去找民政局", "", "低保从去年开始就被取消了"),
        ("我们小区门口垃圾没人收", "金色家园小区东门", "金色家园小区东门垃圾没人收"),
        ("奎文区新华路路灯坏了", "奎文区文化路12号", "文化路12号路灯坏了"),
        ("我们村的路被大车压坏了", "坊子区石埠子镇前王村", "石埠子镇前王村路被大车压坏了"),
    ],
)
def test_a_title_is_place_thing_and_fault(content: str, place: str, title: str, categories: Categories) -> None:
    assert make_title(content, place, categories) == title
    assert len(title) <= LONGEST


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("我叫王建国，手机13800138000，奎文区东风东街某小区路灯坏了", "奎文区东风东街某小区路灯坏了"),
        ("你好，我要反映问题", ""),
        ("我住在潍城区北关街道张家村3组", ""),
        ("物业公司老板电话13911112222，乱收停车费", "物业公司老板电话13911112222，乱收停车费"),
        ("内容：楼下烧烤店油烟扰民\n电话：13900139000", "楼下烧烤店油烟扰民"),
    ],
)
def test_what_only_says_who_writes_is_not_the_matter(text: str, matter: str, categories: Categories) -> None:
    assert read_facts(text, categories).matter == matter


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("路灯坏了", "求助"),
        ("物业乱收停车费", "投诉"),
        ("举报商家卖假冒伪劣", "举报"),
        ("建议增设公交站", "建议"),
        ("请问低保怎么办理", "咨询"),
        ("感谢潍城区民警帮助找回老人", "表扬"),
    ],
)
def test_the_type_is_inferred(text: str, kind: str) -> None:
    assert type_of(text) == kind


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("楼上每天半夜跳绳，吵得孩子没法睡觉，跟物业说了好几次", "环境保护/噪声污染"),
        ("干完活老板不给钱", "劳动和社会保障/劳动报酬"),
        ("水泥路被大车压烂了，孩子上学骑车老摔", "城乡建设/道路维护"),
        ("窗口的人一直玩手机", "机关作风/服务态度"),
        ("买的酸奶过期了半个月", "商贸旅游/食品安全"),
        ("今天心情很好", ""),
        ("楼下饭店油烟扰民", "环境保护/大气污染"),
    ],
)
def test_the_category_is_inferred(text: str, category: str, categories: Categories) -> None:
    assert categories.of(text) == category


@pytest.mark.parametrize("answer", ["没人管", "晚上好黑", "没名", "天天臭味"])
def test_a_remark_is_no_name(answer: str) -> None:
    assert answered_name(answer) is None


@pytest.mark.parametrize("text", ["你好", "今天天气不错呀哈哈", "怎么做红烧肉", "我要反映问题", "谢谢"])
def test_talk_is_no_matter(text: str, categories: Categories) -> None:
    assert not tells_a_matter(text, categories)


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("你们再不管我就去跳楼", "self_harm"),
        ("活不下去了", "self_harm"),
        ("家里着火了", "fire"),
        ("煤气味很大", "gas"),
        ("有人拿刀砍人", "violence"),
        ("他威胁我要杀我全家", "violence"),
        ("房子要塌了", "collapse"),
        ("老人晕倒了", "medical"),
        ("去年着火烧了我家房子，没赔偿", None),
        ("楼道堆杂物怕着火", None),
        ("累死了", None),
        ("跳楼价甩卖", None),
        ("楼上太吵我要疯了", None),
        ("煤气费怎么这么贵", None),
        ("电梯经常困人", None),
        ("路面塌了一个大坑", None),
        ("我被困在电梯里", "collapse"),
        ("孩子掉河里了", "collapse"),
        ("工地上有人从架子上掉下来了", "medical"),
        ("邻居在家暴打孩子", "violence"),
        ("这日子没法活了", "self_harm"),
        ("讨不到工钱我就从塔吊上跳下来", "self_harm"),
        ("你们再不处理我就拿刀去找村长", "threat"),
        ("再不给钱我就把信访局点了", "threat"),
        ("我要拿刀砍了他", "threat"),
        ("我带汽油去你们信访局门口", "threat"),
        ("化工厂泄漏了，好几个人呛倒了", "collapse"),
        ("物业要把绿化带砍了", None),
        ("我要买汽油给摩托车加", None),
        ("孩子从滑梯上跳下来", None),
    ],
)
def test_danger_is_heard_and_figures_of_speech_are_not(text: str, danger: str | None) -> None:
    assert danger_in(text) == danger


@pytest.mark.parametrize(
    ("text", "accuses"),
    [
        ("举报某某局长受贿", True),
        ("村支书贪污低保款", True),
        ("投诉城管工作人员态度差", False),
        ("怎么举报村干部", False),
        ("举报商家卖假货", False),
        ("尊敬的领导您好，物业挪用公共维修基金", False),
        ("举报班主任乱收费", False),
        ("举报保安队长打人", False),
        ("请领导查查村会计贪污", True),
    ],
)
def test_accusations_against_officials_are_told_from_complaints(text: str, accuses: bool) -> None:
    assert accuses_an_official(text) is accuses


def test_full_width_and_invisible_characters_are_evened() -> None:
    assert clean("１３８　ＡＢ\u200b\n\n  ①  x") == "138 AB\n1 x"


def test_the_script_that_is_written_is_known() -> None:
    script = Script()
    assert script.writes_traditional("路燈壞了", before=False)
    assert not script.writes_traditional("路灯坏了", before=True)
    assert script.writes_traditional("1", before=True)


def test_a_text_that_is_only_a_place() -> None:
    assert only_place("我家在奎文区东风东街")
    assert not only_place("奎文区东风东街路灯坏了三天没人修")
