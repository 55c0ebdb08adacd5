"""The commands that fill and look after the library, over what may be wrong: one sentence, and nothing is lost."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.cli.command import ARABIC, ROOT, sanad


@pytest.mark.parametrize(("typed", "said"), [("", "There is no word"), ("- ؟", "لا كلمة"), ("…", "no word")])
def test_a_search_needs_a_word(home: Path, typed: str, said: str) -> None:
    done = sanad("search", "--", typed, home=home)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", b"", "is empty"),
        ("white.txt", b" \n\t ", "nothing but white space"),
        ("binary.txt", bytes(range(256)) * 40, "not a text"),
        ("big.txt", b"a" * 50_000_000, "20"),
        ("new\nline.txt", b"", r"new\\nline.txt"),
    ],
)
def test_a_bad_file_gets_one_sentence_and_loses_nothing(
    home: Path, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    before = sanad("articles", home=home).stdout
    done = sanad("index", str(tmp_path / name), home=home)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sanad("articles", home=home).stdout == before


def test_a_file_that_is_not_there(home: Path) -> None:
    done = sanad("index", "/nowhere/at all.txt", home=home)
    assert done.returncode == 2
    assert "/nowhere/at all.txt" in done.stderr


def test_good_files_are_indexed_beside_bad_ones(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"")
    (tmp_path / "good.txt").write_text("The cat sat on the mat. The dog slept.", encoding="utf-16")
    done = sanad("index", str(tmp_path), home=tmp_path / "home")
    assert done.returncode == 2
    assert done.stdout.count("added") == 1
    assert "bad.txt" in done.stderr
    again = sanad("index", str(tmp_path), home=tmp_path / "home")
    assert again.stdout.count("unchanged") == 1


def test_removed_is_gone(own: Path) -> None:
    ids = [line.split()[0] for line in sanad("articles", home=own).stdout.splitlines()]
    for article_id in ids:
        assert sanad("remove", article_id, home=own).stdout.startswith(f"Removed {article_id}")
    assert sanad("articles", home=own).returncode == 2


def test_other_settings_are_refused_until_rebuilt(own: Path) -> None:
    (own / "sanad.toml").write_text("[passages]\ntokens = 64\n", encoding="utf-8")

    def other(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from bot.cli.app import main; main()", *arguments]
        environment = {**os.environ, "SANAD_HOME": str(own), "SANAD_CONFIG": str(own / "sanad.toml")}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=120)

    refused = other("ask", "متى أنشئت قاعدة حميميم؟")
    assert refused.returncode == 2
    assert "sanad index --rebuild" in refused.stderr
    assert other("index", "--rebuild").stdout.startswith("added")
    assert other("ask", "متى أنشئت قاعدة حميميم؟").returncode == 0


def test_a_full_disk_is_named_and_loses_nothing(own: Path) -> None:
    size = max(path.stat().st_size for path in own.rglob("*") if path.is_file())
    (own / "more").mkdir()
    for number in range(4):
        (own / "more" / f"{number}.txt").write_text(f"Sentence {number}. " * 40, encoding="utf-8")
    done = sanad(
        "index",
        str(own / "more"),
        home=own,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, size + 8192)),
    )
    assert done.returncode == 2
    assert "full" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sanad("ask", "متى أنشئت قاعدة حميميم؟", home=own).returncode == 0


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/usr/bin/setpriv").exists(), reason="root writes anywhere")
def test_a_read_only_library_is_named(own: Path) -> None:
    library = own / "library"
    for path in (library, *library.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    drop = ["/usr/bin/setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    command = [*drop, sys.executable, "-c", "from bot.cli.app import main; main()", "ask", "متى أنشئت قاعدة حميميم؟"]
    environment = {**os.environ, "SANAD_HOME": str(own)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=120)
    for path in (library, *library.rglob("*")):
        path.chmod(0o755)
    assert done.returncode == 2
    assert "make it writable" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("provider", ["openai", "openai_like"])
def test_an_embedding_server_that_is_not_there_is_named(tmp_path: Path, provider: str) -> None:
    settings = {"SANAD_EMBEDDING__PROVIDER": provider, "SANAD_EMBEDDING__BASE_URL": "http://127.0.0.1:9/v1"}
    done = sanad("index", str(ARABIC), home=tmp_path, settings=settings)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "sanad: The embedding model did not do its part" in done.stderr


def test_an_empty_source_is_not_the_working_folder(tmp_path: Path) -> None:
    done = sanad("index", "", home=tmp_path)
    assert done.returncode == 2
    assert "empty name" in done.stderr
