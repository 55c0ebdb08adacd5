"""Layers of settings, their origins, and what a wrong one is answered with."""

from pathlib import Path

import pytest

from config.errors import SettingsError
from config.settings import load_settings, origins, user_file


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder and an environment of the test's own."""
    monkeypatch.chdir(tmp_path)
    for name in ("SANAD_HOME", "SANAD_CONFIG", "OPENAI_API_KEY", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_later_layers_win_and_say_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sanad.toml"
    file.write_text(
        '[embedding]\nbatch = 5\nmodel = "from file"\n[store]\nurl = "http://from-file"\n', encoding="utf-8"
    )
    monkeypatch.setenv("SANAD_EMBEDDING__MODEL", "from environment")
    monkeypatch.setenv("SANAD_STORE__URL", "http://from-environment")
    options = {"store": {"url": "http://from-option"}}
    found = {key: (value, origin) for key, value, origin in origins(load_settings(options), options)}
    assert found["embedding.batch"] == ("5", "sanad.toml")
    assert found["embedding.model"] == ("from environment", "environment")
    assert found["store.url"] == ("http://from-option", "option")
    assert found["passages.tokens"] == ("256", "default")


def test_home_and_usual_names_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_HOME", str(tmp_path / "here"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    settings = load_settings()
    assert settings.folder == tmp_path / "here"
    assert settings.llm.api_key.get_secret_value() == "sk-very-secret"


def test_secrets_are_masked_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("SANAD_EMBEDDING__API_KEY", "sk-very-secret")
    settings = load_settings()
    shown = repr(settings) + str(settings) + repr(list(origins(settings)))
    assert "very-secret" not in shown
    assert "****" in shown


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"embeding": {"batch": 3}}, r"no setting 'embeding'"),
        ({"embedding": {"bacth": 3}}, r"no setting 'embedding\.bacth'; perhaps 'embedding\.batch'"),
        ({"embedding": {"batch": 0}}, r"'embedding\.batch' has a wrong value.*greater than or equal to 1"),
        ({"retrieval": {"strictness": "strict"}}, r"'careful', 'balanced' or 'eager'"),
    ],
)
def test_a_wrong_setting_is_named(options: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings(options)


def test_a_wrong_setting_says_where_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sanad.toml").write_text("[embedding]\nbatch = 0\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"correct it in the settings file 'sanad\.toml'\.$"):
        load_settings()
    monkeypatch.setenv("SANAD_EMBEDDING__BATCH", "0")
    with pytest.raises(SettingsError, match=r"correct it in the environment variable SANAD_EMBEDDING__BATCH\.$"):
        load_settings()
    with pytest.raises(SettingsError, match=r"correct it in the command's options\.$"):
        load_settings({"embedding": {"batch": 0}})


def test_an_unknown_setting_says_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "sanad.toml").write_text("[embedding]\nbacth = 3\n", encoding="utf-8")
    with pytest.raises(
        SettingsError, match=r"'embedding\.bacth'; perhaps .* is meant in the settings file 'sanad\.toml'\.$"
    ):
        load_settings()


def test_a_setting_like_no_other_is_to_be_taken_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sanad.toml").write_text("colour = 3\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"no setting 'colour'; take it out of the settings file 'sanad\.toml'\.$"):
        load_settings()
    monkeypatch.setenv("SANAD_QQQQQQQQQQQQ", "1")
    with pytest.raises(SettingsError, match="'SANAD_QQQQQQQQQQQQ' names no setting; take it away"):
        load_settings()


def test_a_wrong_entry_of_a_list_says_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_TELEGRAM__ALLOWED_USERS", '[1, "me"]')
    with pytest.raises(SettingsError, match=r"allowed_users\.1'.* variable SANAD_TELEGRAM__ALLOWED_USERS\.$"):
        load_settings()


def test_an_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_STOER__URL", "http://x")
    with pytest.raises(SettingsError, match=r"SANAD_STOER__URL.*perhaps SANAD_STORE__URL"):
        load_settings()


@pytest.mark.parametrize("text", ["[store\n", "store = \x00"])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "sanad.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"'sanad\.toml' is not valid TOML"):
        load_settings()


def test_a_named_file_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(SettingsError, match=r"none\.toml"):
        load_settings()


def test_without_a_file_the_defaults_stand() -> None:
    assert user_file() is None
    assert load_settings().retrieval.strictness == "balanced"


def test_home_may_be_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_HOME", ".")
    assert load_settings().folder == tmp_path


def test_a_home_of_nobody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_HOME", "~nobody-at-all/x")
    with pytest.raises(SettingsError, match="'home' is '~nobody-at-all/x'"):
        _ = load_settings().folder


def test_a_settings_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "sanad.toml").write_bytes('[llm]\nmodel = "نموذج"\n'.encode("cp1256"))
    with pytest.raises(SettingsError, match="is not UTF-8 text"):
        load_settings()


def test_a_list_that_is_none_says_how_one_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_FETCH__ALLOWED_HOSTS", "wiki.example")
    with pytest.raises(SettingsError, match=r"variable 'SANAD_FETCH__ALLOWED_HOSTS' is no list.*written as JSON"):
        load_settings()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://me:hunter2@127.0.0.1:8000", "http://***@127.0.0.1:8000"),
        ("http://me:hunt/er2'@host/base", "http://***@host/base"),
        ("https://host/base?key=hunter2#hunter2", "https://host/base?***"),
        ("https://host/base", "https://host/base"),
    ],
)
def test_secrets_in_an_address_are_masked(monkeypatch: pytest.MonkeyPatch, address: str, shown: str) -> None:
    monkeypatch.setenv("SANAD_STORE__URL", address)
    found = {key: value for key, value, _ in origins(load_settings())}
    assert found["store.url"] == shown
