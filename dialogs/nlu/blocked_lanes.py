"""A lane in which no fire engine or ambulance gets through: a matter, and no danger while none is under way."""

import re

_C = r"[^，,。；;！!？?\n]"
_ENGINE = r"(?:消防车|救火车|救火的车)"
_AMBULANCE = r"(?:救护车|急救车|120的?车)"
_STUCK = rf"{_C}{{0,6}}(?:[进过出开]|开进|进出)不(?:[来去了进]|进来|过来|进去)+"
_LANE = re.compile(rf"(?:{_ENGINE}|{_AMBULANCE})(?:[和、跟与]?(?:{_ENGINE}|{_AMBULANCE}))?{_STUCK}")
_OF_AMBULANCES_ALONE = re.compile(rf"{_AMBULANCE}{_STUCK}")
_SUPPOSED = re.compile(
    rf"真(?:要是?|是|的)?(?:着(?:了)?火|起火|失火|走水|出事)了?[，,]?{_C}{{0,4}}(?:消防|救[火护])车?(?=都|也|咋|怎么)"
)
"""真着火了消防车都进不来."""
_WHY = re.compile(
    r"停车|乱停|违停|停满|私家车|占|堵|窄|石墩|隔离墩|路桩|地桩|栏杆|铁门|地锁|锁|限高|杂物|摆摊|划线|画线|通道|挖"
)
_UNDER_WAY = re.compile(
    r"病人|伤员|伤者|患者|产妇|孕妇|心梗|中风|不行了|抬[不出着下]|抢救|等着|在等|救人|救命|快来|来不及|出不来|困|"
    r"烧着|在烧|还?烧|冒[烟火]|(?<!真)(?:着(?:了)?火|起火|失火)了|晕|昏|倒[在下地]|流血|喘|摔|现在|正在|刚|马上|此刻|这会儿?"
)


def without_blocked_lanes(text: str) -> str:
    """As long as ``text``, with such a lane blotted out where nothing tells of somebody who waits for help.

    An ambulance that does not get through is under way to somebody, unless it is told what keeps every one of them out.
    """
    if not _LANE.search(text):
        return text
    bare = _SUPPOSED.sub(_blotted, text)
    only_ambulances = not re.search(_ENGINE, text) and bool(_OF_AMBULANCES_ALONE.search(text))
    if _UNDER_WAY.search(bare) or (only_ambulances and not _WHY.search(text)):
        return text
    return _LANE.sub(_blotted, bare)


def _blotted(found: re.Match[str]) -> str:
    return "_" * len(found.group())
