"""What a reader may still do once a document has taken it over."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        ("bytearray(2 << 30)", "MemoryError"),
        ("os.write(os.open('/tmp/sanad-hostile', os.O_WRONLY | os.O_CREAT), b'x')", "OSError"),
        ("[open('/dev/null') for _ in range(99)]", "OSError"),
    ],
)
def test_a_reader_that_is_taken_over_has_little_to_take(attempt: str, outcome: str) -> None:
    code = f"""
import os, signal
from index.readers import worker
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
worker._limit()
{attempt}
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env={"PATH": ""})
    assert outcome in done.stdout + done.stderr
    Path("/tmp/sanad-hostile").unlink(missing_ok=True)
