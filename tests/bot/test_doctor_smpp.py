"""``doctor`` and an SMSC: one clear line, whatever is wrong."""

import pytest
from foreign_peer import foreign_smsc, needs_foreign_smsc

from bot.doctor.findings import Level
from bot.doctor.platforms import check_channels
from bot.settings import load

pytestmark = [needs_foreign_smsc, pytest.mark.xdist_group("foreign_smsc")]


@pytest.mark.parametrize(
    ("password", "level", "says"),
    [
        ("secret-7", Level.OK, "sms.main：凭证有效"),
        ("wrong", Level.ERROR, "sms.main：system_id 或 password 不对：短信网关拒绝登录（0x0E）"),
    ],
)
async def test_the_doctor_says_in_one_line_whether_the_password_is_right(password, level, says):
    async with foreign_smsc("secret-7") as smsc:
        account = {
            "PROVIDER": "smpp",
            "NUMBER": "1069001",
            "HOST": "127.0.0.1",
            "PORT": str(smsc.port),
            "SYSTEM_ID": "petition",
            "PASSWORD": password,
        }
        settings = load([], {f"BOT_SMS__MAIN__{name}": value for name, value in account.items()})
        [finding] = await check_channels(settings)
    assert (finding.level, finding.message) == (level, says)
