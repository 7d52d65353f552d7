"""Questions of one's own matter (要赔多少钱, 这样合法吗), which only those who deal with it can answer."""

import re

from dialogs.nlu.matter import asks
from dialogs.text.clean import words_only

_SHORTEST, _LONGEST = 4, 30
_OF_ONES_MATTER = re.compile(
    r"赔|补偿|补多少|补给|责任|谁负责|谁来管|谁[出付掏]钱|多少钱|[退还]多少|退不退|能退|还能[要追退拿]|[要追]得?回|违法|合法|犯法|违规|合理|合规|怎么办|咋办|咋整|"
    r"修不修|谁来?修|[停罚扣]多久|什么时候能?(?:修|通|恢复|退|发|给)|啥时候能?(?:修|通|恢复|退|发|给)|能不能[给要修退赔拿停管]|算不算|会不会[塌倒漏坏断]|要不要紧|判"
)
_OF_THE_FORM = re.compile(r"[你您恁]|名字?|电话|号码|手机|匿名|登记|这里|平台|机器|收费|信访|办理")
"""Such a question is of what happens here."""


def of_ones_matter(text: str) -> bool:
    """Whether a short text asks what becomes of one's own matter, and nothing of what happens here."""
    if not _OF_ONES_MATTER.search(text) or _OF_THE_FORM.search(text):
        return False
    return _SHORTEST <= len(words_only(text)) <= _LONGEST and asks(text)
