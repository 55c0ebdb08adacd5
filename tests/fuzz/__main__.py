"""Fuzz a reader: `python -m tests.fuzz KIND [--seconds N]`, KIND one of `KINDS`.

With atheris, whose mutations are guided by what the code does with them; without it, Hypothesis makes the bytes. An
input that breaks an invariant, or one of our own lines, is kept in tests/fuzz/findings/KIND/ and read again by the
tests ever after.
"""

import argparse
import hashlib
import sys
import tempfile
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.targets import Target

KINDS = ("pdf", "html", "docx", "epub", "feed", "markdown")
GUIDED_BY = ["index", "docx", "feedparser", "justext", "trafilatura", "zipfile"]
"""Packages whose branches steer the mutations."""
CHANGES = ("insert", "overwrite", "replace", "delete", "truncate")
FINDINGS = Path(__file__).with_name("findings")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--seconds", type=int, default=600)
    options = parser.parse_args()
    try:
        import atheris
    except ImportError:
        print("atheris is not installed (pip install atheris); Hypothesis makes the inputs.", file=sys.stderr)
        _with_hypothesis(options.kind, options.seconds)
        return
    with atheris.instrument_imports(include=GUIDED_BY):
        target = _target(options.kind)
    kept = FINDINGS / options.kind
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(target.seeds()):
            Path(corpus, f"seed{number}").write_bytes(seed)
        limits = [f"-max_total_time={options.seconds}", "-timeout=20", "-rss_limit_mb=3000", "-max_len=100000"]
        atheris.Setup([sys.argv[0], corpus, *limits, f"-artifact_prefix={kept}/", "-print_final_stats=1"], target.check)
        atheris.Fuzz()


def _target(kind: str) -> "Target":
    from tests.fuzz.targets import TARGETS

    import_module(f"index.readers.{kind}")
    return TARGETS[kind]


class _TimeIsUp(BaseException):
    """Ends a run; Hypothesis takes an `Exception` for a failure and would look for a simpler one."""


def _with_hypothesis(kind: str, seconds: int) -> None:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    target = _target(kind)
    seeds = target.seeds()
    ends = time.monotonic() + seconds
    tried = 0

    change = st.tuples(st.sampled_from(CHANGES), st.integers(0, 10**6), st.binary(max_size=20), st.integers(0, 300))

    @settings(max_examples=10**9, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(seeds), st.lists(change, max_size=6))
    def fuzz(seed: bytes, changes: list[tuple[str, int, bytes, int]]) -> None:
        nonlocal tried
        if time.monotonic() > ends:
            raise _TimeIsUp
        tried += 1
        data = seed
        for way, place, new, length in changes:
            data = changed(data, way, place % (len(data) + 1), new, length)
        try:
            target.check(data)
        except Exception:
            keep(kind, data)
            raise

    found = "nothing found"
    try:
        fuzz()
    except _TimeIsUp:
        pass
    except Exception:  # noqa: BLE001  # whatever it is, it is the finding
        traceback.print_exc()
        found = f"see {FINDINGS / kind}"
    print(f"{kind}: {tried} inputs tried in {time.monotonic() - ends + seconds:.0f} seconds, {found}")
    sys.exit(found != "nothing found")


def changed(data: bytes, way: str, at: int, new: bytes, length: int) -> bytes:
    """Bytes with one change of the kinds `CHANGES` at a place: `new` put there, `length` of them gone, or both."""
    match way:
        case "insert":
            return data[:at] + new + data[at:]
        case "delete":
            return data[:at] + data[at + length :]
        case "truncate":
            return data[:at]
        case "replace":
            return data[:at] + new + data[at + length :]
        case "overwrite":
            return data[:at] + new + data[at + len(new) :]
    raise ValueError(way)


def keep(kind: str, data: bytes) -> Path:
    """Write a finding down."""
    path = FINDINGS / kind / f"found-{hashlib.sha256(data).hexdigest()[:12]}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


if __name__ == "__main__":
    main()
