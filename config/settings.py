"""The settings, and where each came from. The only reader of the environment.

Later wins: config/default.toml, the user's sanad.toml, the environment, options. Builds nothing: see `bot.bootstrap`.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableVariable

from config.errors import SettingsError

PREFIX = "SANAD_"
CONFIG_VARIABLE = "SANAD_CONFIG"
DEFAULTS = Path(__file__).with_name("default.toml")
USUAL_NAMES = {"OPENAI_API_KEY": ("llm", "api_key"), "TELEGRAM_BOT_TOKEN": ("telegram", "token")}

LanguageChoice = Literal["auto", "ar", "en"]
"""The language of answers and messages; auto: the question's."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StoreSettings(_Section):
    """Where Chroma is."""

    url: str = Field(description="a Chroma server; empty: embedded in this process")


class EmbeddingSettings(_Section):
    """Which encoders make the vectors."""

    provider: Literal["bundled", "light", "openai", "openai_like"] = Field(description="who computes embeddings")
    model: str = Field(description="the provider's model; empty: its default")
    base_url: str = Field(description="an OpenAI-compatible embedding server")
    api_key: SecretStr = Field(description="key of the embedding server; empty: llm.api_key")
    batch: int = Field(ge=1, le=2048, description="texts embedded at once")
    second: bool = Field(description="ask the universal sentence encoder too")


class ModelsSettings(_Section):
    """How the bundled models run."""

    threads: int = Field(ge=0, le=256, description="threads of the bundled models; 0: one for each physical core")


class PassagesSettings(_Section):
    """How articles are cut."""

    tokens: int = Field(ge=32, le=8192, description="most o200k_base tokens of a passage")


class RetrievalSettings(_Section):
    """How evidence is found and judged."""

    evidence: int = Field(ge=1, le=50, description="sentences of evidence for a writer")
    strictness: Literal["careful", "balanced", "eager"] = Field(description="how sure to be before answering")


class FetchSettings(_Section):
    """What may be fetched from the web."""

    allowed_hosts: tuple[str, ...] = Field(description="hosts (or host:port) that may have private addresses")


class LlmSettings(_Section):
    """The language model."""

    api_key: SecretStr = Field(description="key of the model's server (OPENAI_API_KEY)")
    base_url: str = Field(description="an OpenAI-compatible server")
    model: str = Field(description="the model's name")
    path: str = Field(description="a GGUF file to run in a process of our own")
    context: int = Field(ge=512, description="tokens of the model's context")
    max_tokens: int = Field(ge=16, description="most tokens of an answer")
    timeout: float = Field(gt=0, description="seconds one answer of the model may take")


class InterfaceSettings(_Section):
    """How people are spoken to."""

    language: LanguageChoice = Field(description="language of messages; auto: the question's")
    plain: bool = Field(description="no direction marks around Arabic and [n]")


class TelegramSettings(_Section):
    """The Telegram bot."""

    token: SecretStr = Field(description="the bot's token (TELEGRAM_BOT_TOKEN)")
    base_url: str = Field(description="a Bot API server's address; the token is appended")
    base_file_url: str = Field(description="where that server's files are; the token is appended")
    operator: int = Field(ge=0, description="the operator's user id; 0: nobody")
    allowed_users: tuple[int, ...] = Field(description="ids of people who may use the bot")
    allowed_chats: tuple[int, ...] = Field(description="ids of groups that may use the bot")
    public: bool = Field(description="everyone may use the bot")
    articles: int = Field(ge=0, description="most articles of one person or group")
    allowed_hosts: tuple[str, ...] = Field(description="hosts whose pages people may link to though they are private")
    article_bytes: int = Field(ge=1, le=20_000_000, description="size of the largest article taken")
    questions_per_minute: int = Field(ge=1, description="most questions of one person in a minute")
    questions_per_day: int = Field(ge=1, description="most questions of one person in a day")
    tokens_per_day: int = Field(ge=1, description="most tokens of a person's questions and articles in a day")
    workers: int = Field(ge=1, le=64, description="questions worked on at once")
    monitor_port: int = Field(ge=0, le=65535, description="loopback port of /metrics and /health; 0: none")
    log_texts: bool = Field(description="write questions to the log")
    webhook_listen: str = Field(description="address that a webhook listens on")
    webhook_port: int = Field(ge=1, le=65535, description="port that a webhook listens on")
    webhook_path: str = Field(description="path of the webhook; empty: the address's own")
    webhook_secret: SecretStr = Field(description="secret that Telegram repeats to a webhook; empty: made anew")
    webhook_certificate: str = Field(description="file of a self-signed certificate; empty: a proxy ends TLS")
    webhook_key: str = Field(description="file of the certificate's key")


class Settings(BaseSettings):
    """All settings, frozen. Made by `load_settings`; secrets are masked in `repr`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    home: str = Field(description="folder of the library; empty: the user's data folder")
    store: StoreSettings
    embedding: EmbeddingSettings
    models: ModelsSettings
    passages: PassagesSettings
    retrieval: RetrievalSettings
    fetch: FetchSettings
    llm: LlmSettings
    interface: InterfaceSettings
    telegram: TelegramSettings

    @property
    def folder(self) -> Path:
        """The data folder, absolute; not necessarily there yet. Raises: SettingsError where there is no such home."""
        if not self.home:
            return platformdirs.user_data_path("sanad")
        try:
            return Path(self.home).expanduser().absolute()
        except RuntimeError as error:
            raise SettingsError(f"The setting 'home' is {self.home!r}: {error}; name a folder that can be.") from error

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Pydantic's hook for the layers, strongest first."""
        return tuple(source for _, source in _sources(settings_cls, init_settings))


def load_settings(options: Mapping[str, Any] | None = None) -> Settings:
    """Read all layers; `options` (nested, as from the command line) win.

    Raises: SettingsError naming the key, where it stands, and what is accepted.
    """
    for name in os.environ:
        if name.upper().startswith(PREFIX) and not _is_known(name.upper()):
            raise SettingsError(f"The environment variable {name!r} names no setting; {_suggestion(name.upper())}.")
    try:
        return Settings(**dict(options or {}))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {str(user_file())!r} is not valid TOML: {error}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"The settings file {str(user_file())!r} is not UTF-8 text; save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(f"The settings file {error.filename!r} cannot be read: {error.strerror}.") from error
    except UnreadableVariable as error:
        raise SettingsError(f"{_unreadable(error)}; a list is written as JSON, like '[\"wiki.example\"]'.") from error
    except ValidationError as error:
        raise SettingsError(_explain(error, options or {})) from error


def user_file() -> Path | None:
    """The sanad.toml in force: SANAD_CONFIG, the working folder's, the user's; or none."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named)
    candidates = (Path("sanad.toml"), platformdirs.user_config_path("sanad") / "sanad.toml")
    return next((path for path in candidates if path.is_file()), None)


def origins(settings: Settings, options: Mapping[str, Any] | None = None) -> Iterator[tuple[str, str, str]]:
    """(key, value with secrets masked, where it came from) for every setting, in file order."""
    layers = _layers(options or {})
    for key, value in _flatten(settings.model_dump()):
        path = key.split(".")
        origin = next(name for name, layer in layers if _has(layer, path))
        yield key, masked(str(value)), origin


def masked(address: str) -> str:
    """An address without the name, the password and the query that it may hold."""
    nameless = re.sub(r"(?<=://)\S*@", "***@", address)
    return re.sub(r"(://[^\s?#]*)[?#]\S*", r"\1?***", nameless)


class _UsualNames(InitSettingsSource):
    """OPENAI_API_KEY and the like: names other programs share."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        found: dict[str, Any] = {}
        for name, (section, key) in USUAL_NAMES.items():
            if os.environ.get(name):
                found.setdefault(section, {})[key] = os.environ[name]
        super().__init__(settings_cls, found)


def _sources(
    settings_cls: type[BaseSettings], options: PydanticBaseSettingsSource
) -> Iterator[tuple[str, PydanticBaseSettingsSource]]:
    """Strongest first, each with the name a person would know it by."""
    yield "option", options
    yield "environment", EnvSettingsSource(settings_cls)
    yield "environment", _UsualNames(settings_cls)
    file = user_file()
    if file is not None:
        if not file.is_file():
            raise SettingsError(f"{CONFIG_VARIABLE} names {str(file)!r}, which is no file.")
        yield str(file), TomlConfigSettingsSource(settings_cls, file)
    yield "default", TomlConfigSettingsSource(settings_cls, DEFAULTS)


def _layers(options: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """What each layer says, strongest first, under its name."""
    return [(name, source()) for name, source in _sources(Settings, InitSettingsSource(Settings, dict(options)))]


def _known_keys() -> dict[str, Any]:
    with DEFAULTS.open("rb") as file:
        return dict(_flatten(tomllib.load(file)))


def _is_known(variable: str) -> bool:
    if variable == CONFIG_VARIABLE:
        return True
    key = variable.removeprefix(PREFIX).lower().replace("__", ".")
    return key in _known_keys()


def _suggestion(variable: str) -> str:
    names = [_variable(key) for key in _known_keys()]
    close = difflib.get_close_matches(variable, names, 1, 0.5)
    return f"perhaps {close[0]} is meant" if close else "take it away"


def _variable(key: str) -> str:
    return PREFIX + key.upper().replace(".", "__")


def _unreadable(error: UnreadableVariable) -> str:
    """Which variable is no JSON, though a list is."""
    lists = {_variable(key) for key, value in _known_keys().items() if isinstance(value, list)}
    named = [name for name, value in os.environ.items() if name.upper() in lists and not value.lstrip().startswith("[")]
    return f"The environment variable {named[0]!r} is no list" if named else str(error)


def _explain(error: ValidationError, options: Mapping[str, Any]) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    path = [str(part) for part in first["loc"] if not isinstance(part, int)]
    key, whence = ".".join(str(part) for part in first["loc"]), _whence(path, options)
    if first["type"] == "extra_forbidden":
        close = difflib.get_close_matches(key, list(_known_keys()), 1, 0.5)
        hint = f"perhaps {close[0]!r} is meant in" if close else "take it out of"
        return f"There is no setting {key!r}; {hint} {whence}."
    wrong = "it is a section, and its settings stand below it" if first["type"] == "model_type" else first["msg"]
    return f"The setting {key!r} has a wrong value: {wrong}; correct it in {whence}."


def _whence(path: list[str], options: Mapping[str, Any]) -> str:
    """The place of a setting, as a person would look for it."""
    origin = next((name for name, layer in _layers(options) if _has(layer, path)), "default")
    if origin == "option":
        return "the command's options"
    if origin == "environment":
        usual = next((name for name, key in USUAL_NAMES.items() if key == tuple(path)), "")
        variable = _variable(".".join(path))
        return f"the environment variable {variable if variable in map(str.upper, os.environ) else usual}"
    return f"the settings file {str(DEFAULTS) if origin == 'default' else origin!r}"


def _flatten(layer: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in layer.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _has(layer: Mapping[str, Any], path: list[str]) -> bool:
    here: Any = layer
    for part in path:
        if not isinstance(here, Mapping) or part not in here:
            return False
        here = here[part]
    return True
