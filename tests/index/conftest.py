"""What several tests of the index use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.bootstrap import App, bootstrap
from config.settings import load_settings


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The whole application, with the smaller encoder."""
    with bootstrap(load_settings({"home": str(tmp_path / "home"), "embedding": {"provider": "light"}})) as made:
        yield made
