import json
import random

import numpy as np
import pytest

from index.models.graph import WEIGHTS
from training.cloze import make_cloze
from training.code_switching import switch_language
from training.data import Corpus, Examples, Maker
from training.judge import area, best_span, match
from training.lexicon import Lexicon, mutual_neighbours, spell
from training.lookup import WordIndex
from training.squad import Question, close_up, is_judged, load_questions
from training.vocabulary import load_tokenizer

PORTS = (("Selwa", 1874), ("Noor", 1901), ("Zeph", 1932), ("Qarn", 1850), ("Amber", 1999))
LEXICON = Lexicon({"king": {"ملك": 1.0}, "born": {"ولد": 1.0}, "ship": {"سفينة": 1.0}, "سفينة": {"ship": 1.0}})


def write(folder, name, title, context, questions):
    asked = [
        {
            "id": str(n),
            "question": q,
            "is_impossible": a is None,
            "answers": [] if a is None else [{"text": a, "answer_start": context.index(a)}],
        }
        for n, (q, a) in enumerate(questions)
    ]
    path = folder / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps(
            {"version": "2.0", "data": [{"title": title, "paragraphs": [{"context": context, "qas": asked}]}]},
            ensure_ascii=False,
        ),
        "utf-8",
    )


def test_questions_of_a_file(tmp_path):
    write(
        tmp_path,
        "reading/made.en-ar",
        "ميناء",
        "بني الميناء عام 1874.",
        [("When was the port built?", "1874"), ("Who built it?", None)],
    )
    answerable, near_miss = load_questions(tmp_path, ["reading/made.en-ar"])
    assert answerable.languages == ("en", "ar")
    start, end = answerable.gold or (0, 0)
    assert answerable.paragraph[start:end] == "1874"
    assert near_miss.gold is None


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SystemExit, match=r"There is no made\.en-en\.json"):
        list(load_questions(tmp_path, ["made.en-en"]))


@pytest.mark.parametrize("title", ["Black_Death", "Black Death", "الموت الأسود", "أكسجين"])
def test_judged_articles_are_known_by_all_their_titles(title):
    assert is_judged(title)


def test_spaces_around_signs_are_closed_up_and_answers_kept():
    text = "It opened in 1952 , in Rome ( Italy ) ."
    closed, ((start, end),) = close_up(text, ((text.index("Rome"), text.index("Rome") + 4),))
    assert closed == "It opened in 1952, in Rome (Italy)."
    assert closed[start:end] == "Rome"


def test_switching_keeps_track_of_the_answer():
    text = "The king was born on a ship in 1874."
    gold = (text.index("ship"), text.index("ship") + 4)
    changed = switch_language(text, LEXICON, random.Random(0), rate=1.0, gold=gold)
    assert changed.text[slice(*changed.gold)] == "سفينة"
    assert "ملك" in changed.text
    assert switch_language(text, LEXICON, random.Random(0), rate=0.0).text == text


def test_a_cloze_asks_for_a_word_that_both_sentences_say():
    read = ["كانت الرياح قوية جدا في ذلك اليوم.", "غرقت سفينة بوجدانوف عام 1874 قرب الساحل."]
    for seed in range(10):
        made = make_cloze("The ship of Bogdanov sank near the coast in 1874.", read, 1, LEXICON, random.Random(seed))
        assert made is not None
        assert made.text[slice(*made.sentence)] == read[1]
        assert made.text[slice(*made.gold)] in ("سفينة", "بوجدانوف", "1874")
        assert made.question.endswith("?")


def test_words_that_choose_each_other():
    rng = np.random.default_rng(0)
    left = rng.normal(size=(20, 8)).astype(np.float32)
    ones, others = [f"w{n}" for n in range(20)], [f"v{n}" for n in range(20)]
    found = mutual_neighbours(ones, others, left, left + 0.01)
    assert len(found) > 20
    assert all(next(iter(there))[1:] == here[1:] for here, there in found.items())


def test_names_are_spelled_in_arabic():
    assert spell("Budyanov", random.Random(0)) == "بوديانوف"


def test_a_search_by_words_leaves_out_what_answers():
    index = WordIndex(["The red ship sank.", "The red barn burned.", "A cat slept."])
    assert index.find({"red", "ship"}, without="ship", count=3) == ["The red barn burned."]


def test_the_best_span_does_not_end_before_it_starts():
    starts, ends = np.array([0, 1, 5], np.float32), np.array([9, 1, 2], np.float32)
    assert best_span(starts, ends) == (9.0, 0, 0)


def test_figures():
    assert match("the Suez Canal", ["Suez Canal"]) == (1.0, 1.0)
    assert match("قناة السويس", ["القناة"])[0] == 0.0
    assert area([3, 4], [1, 2]) == 1.0


def test_windows_of_one_article_are_read_together(tmp_path):
    paragraphs = [f"The port of {name} was built in {year}. It has {year - 1800} berths." for name, year in PORTS]
    questions = [
        Question(
            f"{number} {turn}",
            "made",
            "en-en",
            "Ports",
            f"When was the port of {name} built?",
            text,
            number,
            ((start, start + 4),),
        )
        for number, ((name, year), text) in enumerate(zip(PORTS, paragraphs, strict=True))
        for start in [text.index(str(year))]
        for turn in range(8)
    ]
    Maker(Corpus(questions, []), load_tokenizer(WEIGHTS), LEXICON, 0).make().save(tmp_path / "examples.npz")
    examples = Examples.load(tmp_path / "examples.npz")
    assert examples.families is not None
    sizes = np.bincount(examples.families)
    assert sizes.max() == 4
    first = np.flatnonzero(examples.kinds == "window that answers")
    assert len(first) > 5
    assert set(examples.kinds[first + 1]) == {"window beside"}
    assert (examples.families[first + 1] == examples.families[first]).all()
