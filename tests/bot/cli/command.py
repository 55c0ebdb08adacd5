"""The command as a person runs it: real processes, real files, the bundled models."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SEEDS = ROOT / "seeds"
ARABIC = SEEDS / "russia-syria-bases.ar.txt"


def sanad(
    *arguments: str, home: Path, stdin: str = "", settings: dict[str, str] | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SANAD_", "OPENAI_"))}
    environment |= {"SANAD_HOME": str(home), **(settings or {})}
    command = [sys.executable, "-c", "from bot.cli.app import main; main()", *arguments]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command, cwd=ROOT, env=environment, input=stdin, capture_output=True, encoding="utf-8", timeout=120, **options
    )
