"""What a language model says through Sanad, and through LlamaIndex's `CitationQueryEngine`, side by side.

The same model, the same encoder, the same questions and articles, in one run, alternating:

    python -m benchmarks.grounding --base-url http://127.0.0.1:8089/v1 [--data FOLDER] [--dev 60] [--seeds 92]
        [--engines sanad]

Questions are those of seeds/questions.jsonl and, where the development data is there, a sample of it, as many in each
of its four directions. Both ask within the question's article. An answer is right if it holds a gold answer, in either
language, by the normalised match of `bot.evaluation`. A citation is right if what it cites holds gold evidence: for
Sanad one sentence, for the peer a node of up to 512 tokens, so that the peer's precision is on the generous side.
Results are kept as they come, so that a run can be cut off and go on.
"""

import argparse
import json
import random
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.engines import Ask, Said, peer, sanad
from bot.bootstrap import bootstrap
from bot.evaluation.scoring import ReplyClaim, contains, find_gold, normalised_tokens
from bot.evaluation.testset import TestQuestion, load_testset
from bot.grounding.support import find_unsupported
from config.settings import load_settings
from index.readers.sources import read_source
from index.text.search_form import language_of, search_form
from index.types import Article
from training.development import DIRECTIONS, FILES

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
_DIGITS = re.compile(r"\d+")


def main() -> None:
    """Ask both engines everything, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", required=True, help="an OpenAI-compatible server")
    parser.add_argument("--model", default="default")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the SQuAD files")
    parser.add_argument("--dev", type=int, default=60, help="questions of the development data")
    parser.add_argument("--seeds", type=int, default=1000, help="questions of the seed article, at most")
    parser.add_argument("--out", type=Path, default=Path("runs/grounding.jsonl"), help="where results are kept")
    parser.add_argument("--engines", choices=("both", "sanad"), default="both", help="whether the peer is asked, too")
    options = parser.parse_args()
    questions = [*seed_questions(options.seeds), *development_questions(options.data, options.dev)]
    with tempfile.TemporaryDirectory() as home:
        llm = {"base_url": options.base_url, "model": options.model, "timeout": 600.0}
        app = bootstrap(load_settings({"home": home, "llm": llm}))
        list(app.indexer.add(list({question.article.id: question.article for question in questions}.values())))
        engines = {"Sanad": sanad(app)} | ({"CitationQueryEngine": peer(app)} if options.engines == "both" else {})
        results = list(ask_all(questions, engines, options.out))
    report(results, tuple(engines))


def seed_questions(most: int) -> list[TestQuestion]:
    """Return the questions of the seed article."""
    return _sample(load_testset(SEEDS / "questions.jsonl", resolve=_beside).questions, most)


def development_questions(data: Path, most: int) -> list[TestQuestion]:
    """Return a sample of the development data, with gold answers in both languages; none where it is not there."""
    paths = {direction: data / FILES[direction] for direction in DIRECTIONS}
    if not all(path.exists() for path in paths.values()):
        print(f"The development data is not in {str(data)!r}: the seed article's questions only.")
        return []
    read = {direction: load_testset(path, resolve=_beside).questions for direction, path in paths.items()}
    answers: dict[str, tuple[str, ...]] = {}
    for question in (*read["ar-ar"], *read["en-en"]):
        answers[question.id] = answers.get(question.id, ()) + question.answers
    chosen: list[TestQuestion] = []
    for direction, questions in read.items():
        drawn = _sample([one for one in questions if one.id not in {other.id for other in chosen}], most // 4)
        chosen += [replace(one, id=one.id, answers=answers[one.id], tags=(direction,)) for one in drawn]
    return chosen


def ask_all(questions: Sequence[TestQuestion], engines: dict[str, Ask], out: Path) -> Iterator[dict[str, Any]]:
    """Yield the measures of every question and engine; what `out` holds is not asked again."""
    out.parent.mkdir(parents=True, exist_ok=True)
    kept = [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out.exists() else []
    done = {(one["engine"], one["id"]): one for one in kept}
    with out.open("a", encoding="utf-8") as file:
        for number, question in enumerate(questions, 1):
            for name, ask in engines.items():
                if (name, question.id) not in done:
                    said = ask(question)
                    done[name, question.id] = {"engine": name, "id": question.id, **measure(question, said)}
                    file.write(json.dumps(done[name, question.id], ensure_ascii=False) + "\n")
                    file.flush()
                    print(f"{number}/{len(questions)} {name} {question.id} {said.seconds:.0f} s", flush=True)
                yield done[name, question.id]


def measure(question: TestQuestion, said: Said) -> dict[str, Any]:
    """Return what is measured of one answer; None where it does not apply."""
    gold = find_gold(question)
    cited = tuple(dict.fromkeys(one for claim in said.claims for one in claim.citations)) if said.answered else ()
    claims = said.claims if said.answered else ()
    own = [claim for claim in claims if claim.text != " ".join(one.text for one in claim.citations)]
    answerable = question.answerable
    return {
        "right": contains(said.text, question.answers, normalised_tokens) * said.answered if answerable else None,
        "cited_right": gold.precision(cited) if answerable and cited else None,
        "gold_cited": gold.recall(cited) if answerable and said.answered else None,
        "claims": len(claims),
        "uncited": sum(not claim.citations for claim in claims),
        "altered": sum(map(_is_altered, claims)),
        "digits": sum(map(_has_other_digits, claims)),
        "invalid": said.invalid_marks,
        "drafted": said.drafted,
        "withheld": said.withheld,
        "wrong_language": float(any(language_of(claim.text) != question.language for claim in own)) if claims else None,
        "answered_lacking": None if answerable else float(said.answered),
        "refused_having": float(not said.answered) if answerable else None,
        "tokens": said.tokens,
        "calls": said.calls,
        "seconds": said.seconds,
        "said": asdict(said),
    }


def report(results: Iterable[dict[str, Any]], engines: Sequence[str]) -> None:
    """Print the table."""
    rows = list(results)
    print(
        f"\n| {len({one['id'] for one in rows})} questions | "
        + " | ".join(engines)
        + " |\n|"
        + "---|" * (len(engines) + 1)
    )
    for label, value in _ROWS.items():
        print(
            f"| {label} | "
            + " | ".join(value([one for one in rows if one["engine"] == name]) for name in engines)
            + " |"
        )


def _mean(name: str, form: str = ".2f") -> Callable[[list[dict[str, Any]]], str]:
    def value(rows: list[dict[str, Any]]) -> str:
        found = [one[name] for one in rows if one[name] is not None]
        return f"{sum(found) / len(found):{form}} (n={len(found)})" if found else "-"

    return value


def _of_claims(name: str) -> Callable[[list[dict[str, Any]]], str]:
    return lambda rows: f"{sum(one[name] for one in rows)} of {sum(one['claims'] for one in rows)}"


def _one_call(rows: list[dict[str, Any]]) -> str:
    asked = [one["calls"] for one in rows if one["calls"]]
    return f"{sum(calls == 1 for calls in asked) / max(len(asked), 1):.2f} (n={len(asked)})"


_ROWS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "answerable: a gold answer is in the answer": _mean("right"),
    "citation precision: cited units that hold gold evidence": _mean("cited_right"),
    "citation recall: gold sentences that are cited": _mean("gold_cited"),
    "claims without a citation": _of_claims("uncited"),
    "claims that state what they do not cite, as far as words tell": _of_claims("altered"),
    "claims with digits that are not in what they cite": _of_claims("digits"),
    "claims withheld, of those drafted": lambda rows: (
        f"{sum(one['withheld'] for one in rows)} of {sum(one['drafted'] for one in rows)}"
    ),
    "invalid marks": lambda rows: str(sum(one["invalid"] for one in rows)),
    "answers in the wrong language": _mean("wrong_language"),
    "answered what the article lacks": _mean("answered_lacking"),
    "refused what it has": _mean("refused_having"),
    "prompt tokens a question": _mean("tokens", ".0f"),
    "one model call, where the model was asked": _one_call,
    "seconds a question": _mean("seconds", ".1f"),
}


def _is_altered(claim: ReplyClaim) -> bool:
    return bool(find_unsupported(claim.text, [one.text for one in claim.citations]))


def _has_other_digits(claim: ReplyClaim) -> bool:
    cited = {digits for one in claim.citations for digits in _DIGITS.findall(search_form(one.text))}
    return not set(_DIGITS.findall(search_form(claim.text))) <= cited


def _sample(questions: Sequence[TestQuestion], most: int) -> list[TestQuestion]:
    return random.Random(0).sample(list(questions), min(most, len(questions)))


def _beside(reference: str, folder: Path) -> Article:
    found = next(iter(read_source(folder / reference)))
    if not isinstance(found, Article):
        raise SystemExit(f"{reference!r} is no article: {found}")
    return found


if __name__ == "__main__":
    main()
