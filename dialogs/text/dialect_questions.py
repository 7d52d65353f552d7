"""Questions as dialects put them, in common words: 退休工资好久发哦, 要不要得跨区上学, 匿名中不中, 點樣投訴.

Only for deciding whether something is asked, and what. What is kept and shown is what was written.
"""

import re
from functools import lru_cache

_REMEMBERED = 64
_LONGEST = 60
_ENDS = r"(?=[哦嘛嘞咧哩呐呀啊喽噻呢吗么哈吧?？。！!，, ]*(?:$|[，,。！？!?]))"
_WHEN = (
    r"(?=(?:才|能|会|可以|有|发|来|给|出|办|修|开|到|得|回|下|搞|弄|处理|解决|答复|通知|报名|兑现|上班|下班|开门)"
    r"[^，,。]{0,10}[哦嘛嘞咧哩呐呀啊喽噻呢哈?？]*$)"
)
_SAME = (
    (re.compile(r"咋(?:整|弄|办)"), "怎么办"),
    # Sichuan, Chongqing, Guizhou
    (re.compile(rf"(?<![这那没很太快了过都好半])好久{_WHEN}"), "什么时候"),
    (re.compile(r"(?:要不要得|要得不要得|得不得行|阔不阔以|可不可得)"), "可不可以"),
    (re.compile(rf"(?:要得|得行|阔以|可得)(?:不|啵|嘛|迈){_ENDS}"), "可以吗"),
    (re.compile(r"好多钱(?=[^，。]{0,6}[哦嘛嘞咧呐呀啊喽噻呢?？]*$)"), "多少钱"),
    (re.compile(r"啷个|咋个|咋子|咋(?=[办弄整报查交申投补领缴])"), "怎么"),
    (re.compile(r"哪(?:个)?时候|哪阵|啥子时候|啥时候|啥前儿|多咱|多会儿|多早晚|几时|幾時|几多时候"), "什么时候"),
    (re.compile(r"(?<=[找问归由叫])哪个(?=[管办负问说来嘛哦呢啊]|[?？]?$)"), "谁"),
    (re.compile(r"啥子|么子|么斯|嘛玩意儿"), "什么"),
    (re.compile(r"在?哪(?:点儿?|凼|哈儿?|塌|疙瘩|旮旯)"), "在哪里"),
    # Henan, Shandong, the Northeast
    (re.compile(r"中不中|管不管(?=[呀啊嘞哩?？]*$)(?<=[行用名能]管不管)|行不中|得劲不"), "可不可以"),
    (re.compile(r"(?<![当其])中(?:不|吗|么|啵)(?![中])(?=[呀啊嘞哩?？。]*$)"), "可以吗"),
    (re.compile(r"搁哪(?![里儿])"), "在哪里"),
    (re.compile(r"不安逸|不巴适|不得劲"), "不满意"),
    (re.compile(r"(?<=[要用]交钱)不得?(?=[哦嘛啊呀]*[?？]?$)"), "吗"),
    (re.compile(r"(?<=会不会)遭(?=报复)"), "被"),
    (re.compile(r"(?:给|有|来)(?:个)?(?:准)?信儿?(?=[啊呀呢嘞哦吗嘛?？。]*$)"), "有答复"),
    # Cantonese, as it is written
    (re.compile(r"[点點][样樣]|[点點]算"), "怎么"),
    (re.compile(r"[会會]唔[会會]"), "会不会"),
    (re.compile(r"可唔可以|得唔得|可以唔可以"), "可不可以"),
    (re.compile(r"[边邊]度|喺[边邊]"), "哪里"),
    (re.compile(r"[边邊]个|[边邊]個"), "谁"),
    (re.compile(r"要唔要|使唔使"), "要不要"),
    (re.compile(r"有冇"), "有没有"),
    (re.compile(r"[点點]解"), "为什么"),
    (re.compile(r"(?<=[人先])[嚟黎来][整搞睇]"), "来修"),
    (re.compile(r"(?<=[我你佢])[个個]名"), "的名字"),
    (re.compile(r"係咪|系咪"), "是不是"),
    (re.compile(r"乜嘢|咩(?=[事嘢?？]|$)"), "什么"),
    (re.compile(r"你[哋地](?=[会會系係可有])"), "你们"),
)
_CHILD = re.compile(r"娃儿|娃娃(?=[上读入报])|[细细]路仔?|伢子|小囡|崽崽?(?=[上读入报])")
_TRAILS = re.compile(r"(?<=[\u3400-\u9fff])[哦嘛嘞咧哩呐喽噻啵]+(?=[?？。！!]*$)")


@lru_cache(maxsize=_REMEMBERED)
def in_common_words(text: str) -> str:
    """A short ``text`` with the question words of dialects in common ones; a story stays as it is."""
    if len(text) > _LONGEST:
        return text
    for dialect, common in _SAME:
        text = dialect.sub(common, text)
    return _TRAILS.sub("", _CHILD.sub("孩子", text))
