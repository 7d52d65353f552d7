"""Whose son, parent or neighbour somebody is, said beside their name: 我是他儿子，赵建国; 家长 姓方."""

import re

_OF = r"(?:他们?|她们?|老人家?|孩子|小孩|学生|病人|患者|死者|伤者|当事人|业主|机主|户主)"
_KIN = (
    r"(?:大|小|二|三|亲)?(?:儿子|女儿|闺女|儿媳妇?|女婿|媳妇|老公|丈夫|妻子|老婆|爱人|老伴|爸爸?|爹|父亲|妈妈?|娘|母亲|爷爷|奶奶|外公|外婆|姥姥|姥爷|孙子|孙女|外孙女?|"
    r"外甥女?|侄子|侄女|弟弟?|妹妹?|哥哥?|姐姐?|叔叔?|舅舅?|姑姑?|姨|嫂子|姐夫|亲戚|邻居|朋友|同事|家属|家人|监护人)"
)
_AS = (
    r"(?:(?:学生|孩子)?家长|业主|住户|租户|租客|房东|村民|居民|群众|顾客|消费者|乘客|病人|患者|学生|员工|职工|工人|"
    r"店主|老板|车主|户主|司机|路人)"
)
_RELATION = re.compile(
    rf"(?:(?<=[，,、；;。\s])|^)(?:(?:我|俺|本人)?(?:是|就是)?(?:{_OF}的?{_KIN}|{_AS})|(?:我|俺|本人)(?:是|就是){_KIN})"
    r"(?:[，,、；;。\s]+|$)"
)
_LONGEST = 40


def is_relation(text: str) -> bool:
    """Whether the text says that and nothing else: 业主, 我是家长."""
    return len(text) <= _LONGEST and bool(_RELATION.fullmatch(text.strip("，,、；;。 ！!")))


def without_relation(text: str) -> str:
    """The text without that; as it is where it is nothing else, or tells a story."""
    if len(text) > _LONGEST:
        return text
    rest = _RELATION.sub("", text, count=1)
    return rest if rest.strip("，,、；;。 ") else text
