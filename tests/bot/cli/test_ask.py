"""`sanad ask`: the answer, the refusal, its JSON, and what cannot be asked."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests.bot.cli.command import ROOT, SEEDS, sanad

SCHEMA = json.loads((ROOT / "bot" / "rendering" / "reply.schema.json").read_text("utf-8"))


def test_an_arabic_question_is_answered_with_the_right_sentence(home: Path) -> None:
    done = sanad("ask", "ما القواعد التي تخطط روسيا للاحتفاظ بها في سوريا؟", home=home)
    assert done.returncode == 0
    first = done.stdout.splitlines()[0]
    assert "طرطوس وقاعدة حميميم الجوية" in first
    assert "[1]" in first


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


def test_a_filter_that_admits_nothing_is_named(home: Path) -> None:
    question = "When was the Hmeimim air base established?"
    asked = sanad("ask", "--since", "2090", question, home=home)
    chatted = sanad("chat", "--since", "2090", home=home, stdin=f"{question}\n")
    for done in (asked, chatted):
        assert done.returncode == 2
        assert "No article is of that date" in done.stderr
