"""``dialogs``: the files that say how the bot talks."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from channels.system_errors import why

app = typer.Typer(help="对话文件：机器人怎么说、认得什么", no_args_is_help=True)

_README = """\
# 对话文件

这里的文件决定机器人怎么说话、认得哪些说法。用任何文本编辑器打开，改完保存即可，不用重启。

| 文件 | 里面是什么 |
|---|---|
| responses.yml | 机器人说的每一句话。花括号里的词（如 {number}）由程序填写，请保留 |
| answers.yml | 审定的政策问答：问题、问法、答复、依据、施行日期 |
| nlu.yml | 市民会怎么说（例句），按意图分组，每行以 - 开头 |
| categories.yml | 诉求分类和每类的关键词 |
| gazetteer.yml | 本地的区县、街道、小区和村：填上以后只说小区名也认得，并补全地址 |

怎么改：

1. 在设置文件里写上 `[dialog] files = "这个目录的路径"`。
2. 改一处，保存，运行 `petition-bot check dialogs 这个目录`，看到“0 处错误”就好。
3. 正在运行的机器人两秒内自动换上新的，市民的对话不会断。改错了不会生效，仍用原来的。
4. 想试一试：`petition-bot chat --explain`。

不想改的内容可以从文件里删掉：responses.yml 里删掉的句子用自带的；整个文件删掉就整个用自带的。
这样程序升级时，您没改过的部分会跟着更新。
"""


class AlreadyThere(Exception):
    """A file would be overwritten; ``sentence`` names it."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.sentence = f"{path} 已经存在，没有覆盖：请换一个目录，或先移走它"


class NotMade(Exception):
    """The folder cannot be made; ``sentence`` says why."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(str(folder))
        self.sentence = (
            f"{folder} 是一个文件，请写一个目录" if folder.is_file() else f"建不了目录 {folder}：{why(error)}"
        )


@app.callback()
def _group() -> None:
    """Keeps ``dialogs init`` two words while there is one command."""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="放到哪个目录（没有就新建）")],
    *,
    everything: Annotated[bool, typer.Option("--all", help="连同 domain.yml 和 rules.yml（改流程的人才需要）")] = False,
) -> None:
    """把自带的对话文件复制一份出来，供本单位修改。"""
    from dialogs.files import NAMES, WORDING, DialogFiles  # noqa: PLC0415 - only this command needs them

    names = NAMES if everything else WORDING
    for path in (*(folder / name for name in names), folder / "README.md"):
        if path.exists():
            raise AlreadyThere(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotMade(folder, error) from error
    for name in names:
        shutil.copyfile(DialogFiles.shipped(name), folder / name)
    (folder / "README.md").write_text(_README, encoding="utf-8")
    typer.echo(f'已复制到 {folder}：{"、".join(names)}\n请在设置文件里写上\n\n[dialog]\nfiles = "{folder.absolute()}"')
