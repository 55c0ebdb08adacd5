"""`sanad doctor`: is everything there that an answer needs? Each line with what to do. And `sanad config`."""

import os
import platform
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

from bot import messages
from bot.bootstrap import App, bootstrap
from bot.writers.models import check_model, has_model
from config.errors import NoArticles, SanadError
from config.settings import load_settings, origins, user_file

PACKAGES = ("sanad-qa", "chromadb", "llama-index-core", "tiktoken")
LEAST_FREE = 200 * 2**20


def diagnose() -> bool:
    """Print a line for each check; returns whether all passed."""
    try:
        opened = bootstrap(load_settings())
    except SanadError as error:
        print(f"✗ settings: {error}")
        return False
    checks: dict[str, Callable[[App], str]] = {
        "versions": _versions,
        "settings": _settings,
        "data folder": _folder,
        "store": _store,
        "library": _library,
        "embedding": _embedding,
        "language model": _language_model,
    }
    with opened as app:
        passed = [_passes(name, check, app) for name, check in checks.items()]
    return all(passed)


def show_settings() -> None:
    """Print every setting, masked where secret, and where it came from."""
    settings = load_settings()
    for key, value, origin in origins(settings):
        print(f"{key} = {value!r}  ({origin})")
    print(f"data folder: {settings.folder}")


def _passes(name: str, check: Callable[[App], str], app: App) -> bool:
    try:
        print(f"✓ {name}: {check(app)}")
    except SanadError as error:
        print(f"✗ {name}: {error}")
        return False
    return True


def _versions(_: App) -> str:
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in PACKAGES)])


def _settings(app: App) -> str:
    file = user_file()
    changed = [key for key, _, origin in origins(app.settings) if origin == "environment"]
    where = f"defaults and {str(file)!r}" if file else "defaults; a sanad.toml here would change them"
    return where + (f"; from the environment: {', '.join(changed)}" if changed else "")


def _folder(app: App) -> str:
    folder = app.settings.folder
    there = _writable(folder)
    _writable(folder / "library")
    free = shutil.disk_usage(there).free
    if free < LEAST_FREE:
        raise SanadError(f"{str(folder)!r} has {free >> 20} MiB left; free some space.")
    return f"{folder}, {free >> 30} GiB free"


def _writable(folder: Path) -> Path:
    """The folder, or the one that it would be made in. Raises: SanadError unless that can be written."""
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not there.is_dir():
        raise SanadError(f"{str(there)!r} is no folder; move it away, or set SANAD_HOME.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise SanadError(f"{str(folder)!r} cannot be written; make it writable, or set SANAD_HOME.")
    return there


def _store(app: App) -> str:
    app.library.records()
    store = app.library.store
    return "Chroma, embedded" if store.embedded else f"Chroma server at {store.where}"


def _library(app: App) -> str:
    records = app.library.records()
    if not records:
        raise NoArticles(messages.NO_ARTICLES("en"))
    return f"{len(records)} articles, {sum(record.sentences for record in records)} sentences"


def _embedding(app: App) -> str:
    encoders = app.encoders()
    encoders.embed_query("warm")
    began = perf_counter()
    encoders.embed_query("What does the article say?")
    return f"{encoders.main.model_name}, {1000 * (perf_counter() - began):.0f} ms a question"


def _language_model(app: App) -> str:
    if not has_model(app.settings):
        return "none; answers quote the article's own sentences"
    began = perf_counter()
    return f"{check_model(app.settings)}, {perf_counter() - began:.1f} s for a word"
