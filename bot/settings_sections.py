"""The tables of the settings, one class each: keys, defaults, what is lawful, what they mean."""

from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("应为 http:// 或 https:// 开头的网址")
    return value.rstrip("/")


def _begins(*starts: str) -> AfterValidator:
    def check(value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(starts):
            raise ValueError(f"应以 {'、'.join(starts)} 开头")
        return value

    return AfterValidator(check)


def _not_empty(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise ValueError("不能为空")
    return value


def _empty_is_none(value: Any) -> Any:
    """``BOT_MONGODB_URI=`` (as compose files write it) means: not set."""
    return None if value == "" else value


def _hours(value: str) -> str:
    if value:
        _span(value)
    return value


def _span(value: str) -> tuple[time, time]:
    try:
        start, end = (time.fromisoformat(part.strip()) for part in value.split("-"))
    except ValueError:
        raise ValueError('应写成 "22:00-07:00"，不需要时写 ""') from None
    if start == end:
        raise ValueError("起止时间不能相同")
    return start, end


_Optional = BeforeValidator(_empty_is_none)


class Section(BaseModel):
    """One table of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, strict=False)


class Http(Section):
    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on; `0.0.0.0` for all")
    port: int = Field(8080, ge=1, le=65535, description="The port to listen on")
    public_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "", description="Where residents reach it, as in `https://petition.example.gov.cn`: for links in notices"
    )

    @property
    def base_url(self) -> str:
        """Where platforms reach it; on this machine alone where nobody said."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        shown = f"[{host}]" if ":" in host else host
        return self.public_url or f"http://{shown}:{self.port}"


class Office(Section):
    name: str = Field("信访局", min_length=1, max_length=40, description="What the bot calls itself")
    prefix: str = Field(
        "WF", pattern="^[A-Z]{1,6}$", description="What case numbers begin with: 1 to 6 capital letters"
    )
    district: str = Field(
        "", max_length=40, description="The district or city the office serves, to complete places with"
    )


class Api(Section):
    tokens: dict[str, Annotated[SecretStr, AfterValidator(_not_empty)]] = Field(
        default_factory=dict, description='Full-scope API tokens, `name = "secret"`; each name counts as a person'
    )


class Storage(Section):
    mongodb_uri: Annotated[SecretStr | None, _Optional, _begins("mongodb://", "mongodb+srv://")] = Field(
        None,
        description="A MongoDB replica set; its path names the database. "
        "Not set: `up` starts one of its own, for trying out",
    )
    driver: Literal["motor", "pymongo"] = Field("pymongo", description="The MongoDB client: `pymongo` or `motor`")
    embedded: bool = Field(
        False, description="Set by `up` alone: the servers are its own, and `readyz` and `doctor` say so"
    )
    data_dir: Path = Field(
        Path("data"),
        description="The folder for what lies on this machine: master key, spool, embedded servers, run file",
    )


class Spool(Section):
    """What waits on this machine while MongoDB is away: for each process."""

    megabytes: int = Field(
        256, ge=1, le=65_536, description="How much one process keeps there, in MiB; then calls are not acknowledged"
    )
    arrivals: int = Field(
        100_000, ge=1, le=10_000_000, description="How many messages, receipts and parts of texts, likewise"
    )


class Redis(Section):
    url: Annotated[SecretStr | None, _Optional, _begins("redis://", "rediss://", "unix://")] = Field(
        None, description="A Redis or Valkey server. Not set: `up` starts one of its own, for trying out"
    )


class Keys(Section):
    master_key_file: Annotated[Path | None, _Optional] = Field(
        None, description="The master key (mode 0600). Not set: `<data_dir>/keys/master.key`, made at the first start"
    )
    kms_uri: Annotated[str | None, _Optional] = Field(
        None, description="A key in a KMS instead of a file, as in `aws-kms://…`"
    )

    @model_validator(mode="after")
    def _one_master(self) -> "Keys":
        if self.master_key_file is not None and self.kms_uri is not None:
            raise ValueError("master_key_file 和 kms_uri 只能设一个")
        return self


class Attachments(Section):
    picture_mb: int = Field(10, ge=1, le=20, description="The largest picture that is kept, in MiB")
    voice_mb: int = Field(2, ge=1, le=20, description="The largest voice message that is kept, in MiB")
    video_mb: int = Field(20, ge=1, le=20, description="The largest video that is kept, in MiB")
    file_mb: int = Field(20, ge=1, le=20, description="The largest file of another kind that is kept, in MiB")
    unfiled_days: int = Field(
        7, ge=1, le=365, description="After how many days a picture or the like is dropped that no case is filed with"
    )
    daily_per_person: int = Field(
        60, ge=1, le=500, description="How many pictures and the like of one person are kept in any 24 hours"
    )


class Notices(Section):
    quiet_hours: Annotated[str, AfterValidator(_hours)] = Field(
        "22:00-07:00", description='When no progress notice is sent, Beijing time; `""`: never quiet'
    )

    broadcast_quiet_hours: Annotated[str, AfterValidator(_hours)] = Field(
        "22:00-08:00",
        description='When no broadcast is sent besides, Beijing time; `""`: as for notices, as where those are `""`',
    )

    def broadcast_quiet_span(self) -> tuple[time, time] | None:
        """From when until when no broadcast is sent, local time; None: no other hours than ``quiet_span``."""
        if not self.quiet_hours and "broadcast_quiet_hours" not in self.model_fields_set:
            return None  # who switched quiet hours off, switched them off
        return _span(self.broadcast_quiet_hours) if self.broadcast_quiet_hours else None

    def quiet_span(self) -> tuple[time, time] | None:
        """From when until when nothing is sent unasked, local time; None: never quiet."""
        return _span(self.quiet_hours) if self.quiet_hours else None


class Dialog(Section):
    engine: Literal["embedded", "rasa"] = Field(
        "embedded", description="What runs the dialog: `embedded` (in process), or `rasa` (a Rasa server, see rasa.md)"
    )
    gather_seconds: float = Field(
        1.5,
        ge=0,
        le=3,
        description="How long, in seconds, to wait for the next fragment while somebody tells their matter; "
        "`0`: not at all",
    )
    files: Annotated[Path | None, _Optional] = Field(
        None,
        description="A folder with dialog files of your own, made by `petition-bot dialogs init DIR`; "
        "what is missing there is taken from those that ship",
    )
    rasa_url: Annotated[str, AfterValidator(_web_address), Field(min_length=1)] = Field(
        "http://127.0.0.1:5005", description='Where the Rasa server is, for `engine = "rasa"`'
    )
    rasa_token: Annotated[SecretStr | None, _Optional] = Field(
        None, description="What the Rasa server was started with as `--auth-token`"
    )
    rasa_timeout: float = Field(
        3.0,
        ge=0.2,
        le=6,
        description="How long, in seconds, a turn of the Rasa server may take before the embedded engine answers it",
    )
    rasa_understanding: Literal["own", "rasa"] = Field(
        "own",
        description="Who understands free text before a Rasa server: `own` (this service, danger to life included), "
        "or `rasa` (its pipeline)",
    )
    actions_token: Annotated[SecretStr | None, _Optional] = Field(
        None, description="What a Rasa server must show as `token` to the server that `petition-bot actions` runs"
    )


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The lowest level that is logged: `debug`, `info`, `warning`, `error`"
    )
    format: Literal["auto", "json", "console"] = Field(
        "auto", description="`json`, `console`, or `auto`: readable in a terminal, else JSON"
    )


class Understanding(Section):
    """Sentence embeddings, the second tier."""

    embeddings: Literal["auto", "off", "onnx", "http"] = Field(
        "auto",
        description="Where sentence embeddings come from: `auto` (the bundled model where it is installed), `off`, "
        "`onnx` (a model of your own on this machine), `http` (an OpenAI-compatible address: texts leave the house)",
    )
    timeout: float = Field(
        1.0, ge=0.05, le=10, description="Seconds that an embedding may take while somebody waits; then it goes without"
    )
    onnx_folder: Annotated[Path | None, _Optional] = Field(
        None, description="For `onnx`: the folder with `model.onnx` and `tokenizer.json`"
    )
    base_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "", description="For `http`: the address before `/embeddings`, as in `https://models.example.gov.cn/v1`"
    )
    model: str = Field("", max_length=200, description="For `http`: the model's name there")
    api_key: Annotated[SecretStr | None, _Optional] = Field(None, description="For `http`: the key, where one is asked")
    training_seconds: int = Field(
        600, ge=10, le=7_200, description="How long the training at first start may take before it is given up"
    )

    @model_validator(mode="after")
    def _complete(self) -> "Understanding":
        if self.embeddings == "http" and not (self.base_url and self.model):
            raise ValueError('embeddings = "http" 时要写 base_url 和 model')
        if self.embeddings == "onnx" and self.onnx_folder is None:
            raise ValueError('embeddings = "onnx" 时要写 onnx_folder')
        return self


class Assistance(Section):
    """Generative help; nothing of it is on by itself."""

    base_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "", description="An OpenAI-compatible address, before `/chat/completions`; texts sent there leave the house"
    )
    model: str = Field("", max_length=200, description="The model's name there")
    api_key: Annotated[SecretStr | None, _Optional] = Field(None, description="The key, where one is asked")
    timeout: float = Field(2.0, ge=0.1, le=30, description="Seconds that one call may take; then it goes without")
    rewrite_questions: bool = Field(
        False,
        description="Send policy questions that found no sure answer there, to be put in other words for the search. "
        "Residents still read approved answers only",
    )
    draft_summaries: bool = Field(
        False,
        description="Send new petitions there, for a summary that staff see as an internal, machine-drafted note",
    )

    @model_validator(mode="after")
    def _complete(self) -> "Assistance":
        if (self.rewrite_questions or self.draft_summaries) and not (self.base_url and self.model):
            raise ValueError("要用生成式辅助，请写 base_url 和 model")
        return self


class Speech(Section):
    """Voices as words; off where ``base_url`` is not set."""

    base_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "",
        description="An OpenAI-compatible address, before `/audio/transcriptions`; residents' voices leave the house",
    )
    model: str = Field("", max_length=200, description="The model's name there")
    api_key: Annotated[SecretStr | None, _Optional] = Field(None, description="The key, where one is asked")
    timeout: float = Field(
        3.0,
        ge=0.5,
        le=6,
        description="Seconds that fetching a voice and its recognition may take; then a text is asked for",
    )

    @model_validator(mode="after")
    def _complete(self) -> "Speech":
        if self.base_url and not self.model:
            raise ValueError("要识别语音，请写 model")
        return self
