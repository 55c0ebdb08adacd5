"""Libraries that the command has filled, for its tests."""

import shutil
from pathlib import Path

import pytest

from tests.bot.cli.command import SEEDS, sanad


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the seed articles, indexed by the command; not to be changed."""
    folder = tmp_path_factory.mktemp("home")
    done = sanad("index", home=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("added") == len(list(SEEDS.glob("*.txt")))
    return folder


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Path:
    """A copy of that library, for a test to change."""
    return shutil.copytree(home, tmp_path / "own")
