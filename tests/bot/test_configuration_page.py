"""The page cannot lie: its tables are what the models say."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from bot.settings import Key, keys, load, sections
from bot.settings_sources import SHORT_FORMS
from channels.sms.aliyun import Settings as AliyunSettings
from channels.sms.kannel import Settings as KannelSettings
from channels.sms.settings import SmsSettings
from channels.sms.smpp import Settings as SmppSettings
from channels.sms.tencent import Settings as TencentSettings
from channels.wechat.settings import WeChatSettings
from channels.weibo.settings import WeiboSettings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "configuration.md").read_text("utf-8")


GATEWAYS: Mapping[str, type[BaseModel]] = {
    "kannel": KannelSettings,
    "smpp": SmppSettings,
    "aliyun": AliyunSettings,
    "tencent": TencentSettings,
}


def row(key: Key) -> str:
    return f"| `{key.path[1]}` | {shown(key.default)} | {key.description} |"


def shown(default: Any) -> str:
    if default is None or default == {} or isinstance(default, BaseModel):
        return "–"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, int | float):
        return f"`{default:g}`"
    if isinstance(default, tuple):
        return ", ".join(f"`{each}`" for each in default) or "–"
    return f'`"{default}"`'


def section_of_page(name: str) -> str:
    found = re.search(rf"^### `\[{re.escape(name)}\]`\n(.*?)(?=^###? |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/configuration.md has no section [{name}]"
    return found[1]


@pytest.mark.parametrize("section", sections())
def test_each_table_of_the_page_is_what_the_model_says(section: str) -> None:
    rows = [line for line in section_of_page(section).splitlines() if line.startswith("| `")]
    assert rows == [row(key) for key in keys() if key.path[0] == section]


def test_the_keys_of_a_wechat_account_are_all_there_with_their_defaults() -> None:
    assert rows_of(section_of_page("wechat.<account>")) == dict(_defaults(WeChatSettings))


def test_the_keys_of_a_weibo_account_are_all_there_with_their_defaults() -> None:
    assert rows_of(section_of_page("weibo.<account>")) == dict(_defaults(WeiboSettings))


def test_the_keys_of_an_sms_account_are_all_there_with_their_defaults() -> None:
    common, *gateways = section_of_page("sms.<account>").split("\n#### ")
    shared = dict(_defaults(SmsSettings))
    assert rows_of(common) == shared
    pages = {page.partition("\n")[0]: rows_of(page) for page in gateways}
    for name, model in GATEWAYS.items():
        own = dict(_defaults(model))
        assert pages[name] == {key: default for key, default in own.items() if shared.get(key) != default}


def rows_of(section: str) -> dict[str, str]:
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE))


def _defaults(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        default = field.get_default(call_default_factory=True)
        yield name, "required" if default is PydanticUndefined else shown(getattr(default, "value", default))


def test_the_short_forms_are_on_the_page() -> None:
    for short, (section, key) in SHORT_FORMS.items():
        assert f"| `BOT_{short}` | `{section}.{key}` |" in PAGE


def test_the_example_on_the_page_and_the_example_file_are_lawful() -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for text in (example, (ROOT / "bot.example.toml").read_text("utf-8")):
        assert load_text(text).channels["wechat"]["main"]


def load_text(text: str) -> Any:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bot.toml"
        file.write_text(text, "utf-8")
        return load([file], {}, channels={"wechat"})


def test_no_secret_has_a_default() -> None:
    assert not any(isinstance(key.default, SecretStr) for key in keys())
