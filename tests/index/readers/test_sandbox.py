"""A reader that hangs is ended, the next document is read all the same, and none of them has our keys."""

import time
from pathlib import Path

import pytest

from index.readers.document import Unreadable
from index.readers.sandbox import Sandbox
from tests import documents


def test_what_hangs_is_ended_and_the_next_is_read() -> None:
    sandbox = Sandbox(seconds=1)
    slow = b"<p>" + b"<" * 5_000_000 + b" text"
    began = time.monotonic()
    with pytest.raises(Unreadable, match="takes too long"):
        sandbox.read("html", slow)
    assert time.monotonic() - began < 8
    patient = Sandbox()
    assert patient.read("html", documents.page(documents.ENGLISH)).title == "Title"
    sandbox.close()
    patient.close()


def test_the_process_that_reads_has_none_of_our_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    sandbox = Sandbox()
    sandbox.read("html", documents.page(documents.ENGLISH))
    (worker,) = sandbox._idle
    environment = Path(f"/proc/{worker._process.pid}/environ").read_bytes()
    sandbox.close()
    assert b"PYTHONPATH=" in environment
    assert b"OPENAI" not in environment
    assert b"sk-secret" not in environment
