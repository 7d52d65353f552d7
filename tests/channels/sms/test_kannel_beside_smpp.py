"""Kannel as a client of the same SMSC: what it submits and what we submit for the same words is the same."""

import pytest
from foreign_peer import foreign_smsc, needs_foreign_smsc
from real_kannel import Kannel, needs_kannel
from smpp_kit import PASSWORD, Taken, account, bound, outbound
from sms_kit import listening

from channels.sms.text import segments, signed

pytestmark = [needs_kannel, needs_foreign_smsc, pytest.mark.xdist_group("foreign_smsc")]

WORDS = [
    "您的事项已受理。",
    "中山路218号院二号楼楼下的烧烤店每天晚上营业到凌晨两点，𠮷先生一家已经三次报警，希望有关部门管一管😀。" * 3,
    "Case WF261122001237 {received} at 5€",
    "The street light at the gate of the yard has been out for more than a month now. " * 3,
]


def seen(event):
    return (
        event["text"].rstrip(" "),
        event["coding"],
        event["esm"] & 0x40,
        [each[:4] + each[6:] for each in event["udh"]],
    )


@pytest.mark.parametrize("sign", ["某市信访局", ""])
async def test_kannel_and_we_submit_the_same(kit, http, tmp_path, sign):
    async with foreign_smsc(PASSWORD) as smsc:
        ours = account(smsc.port, sign=sign)
        async with bound(ours, Taken()):
            for place, words in enumerate(WORDS):
                await ours.send(outbound(words, id=f"{place:032x}"))
        submitted = [seen(event) for event in smsc.heard("submit")]
        with listening() as calls:
            kannel = Kannel(tmp_path, url=f"{calls.url}/channels/sms/main", key=kit.key)
            kannel.use_smpp(smsc.port, system_id="kannel", password=PASSWORD)
            theirs = kit.channel(
                http, sign=sign, sendsms_url=kannel.sendsms_url, username=kannel.username, password=kannel.password
            )
            with kannel.running():
                await smsc.wait("bind", 2)
                for place, words in enumerate(WORDS):
                    count = len(smsc.heard("submit")) + segments(signed(words, sign))
                    await theirs.send(outbound(words, id=f"{place:032x}"))
                    await smsc.wait("submit", count)
        assert [seen(event) for event in smsc.heard("submit")[len(submitted) :]] == submitted
