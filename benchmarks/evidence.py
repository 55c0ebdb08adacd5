"""Tables of how well evidence is found and judged, on articles held out: `make benchmark-evidence`.

Needs the development data; vectors are kept in the cache folder, so that a second run takes minutes.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from index.models.encoder import SentenceEncoder
from index.models.llama_embedding import E5Embedding
from index.models.words import WordVectors, spelled_words
from index.retrieval.answer_type import find_span
from index.retrieval.ranking import COLUMNS
from index.retrieval.retriever import FAR_BEHIND
from index.retrieval.signals import GRADED, SIGNALS, prepare
from index.text.search_form import without_article, words
from training.calibrate import report, report_library, thresholds
from training.development import DIRECTIONS, Case, Source, Workshop, load_sources, make_cases, sentences_of
from training.learning import Fit, Held, Measured, fit_folds, hits, hold_out, judge_held_out, measure_all
from training.libraries import search_all

TOP = 5
SAMPLE = 200
"""Sentences or questions that prices are measured on."""

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("BM25 over stems", ("bm25",)),
    ("e5 on the sentence", ("main",)),
    ("+ e5 around it", ("main", "main_around")),
    ("+ e5 on the passage", ("main", "main_around", "main_passage")),
    ("+ BM25 and coverage", ("main", "main_around", "main_passage", "bm25", "bm25_around", "coverage")),
    ("+ second encoder", ("main", "main_around", "main_passage", "bm25", "bm25_around", "coverage", "second")),
    ("+ words by meaning", GRADED),
    ("+ kind of answer, form", SIGNALS),
    ("all but second and words", tuple(name for name in SIGNALS if name != "second" and not name.startswith("words"))),
)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the SQuAD files")
    parser.add_argument("--cache", type=Path, default=Path("runs/vectors"), help="folder where vectors are kept")
    options = parser.parse_args()
    sources = load_sources(options.data)
    threadpool_limits(1, user_api="blas")
    workshop = Workshop(options.cache)
    measured = measure_all(make_cases(sources, workshop))
    print_ranking(measured)
    held, rankers = hold_out(measured)
    fits = fit_folds(held, rankers)
    print_likely(held)
    print_judging(held, fits)
    print_spans(sources)
    print_prices([one.case for one in measured if one.case.kind == "whole"])


def print_ranking(measured: Sequence[Measured]) -> None:
    """Print hit@1 and hit@5 of each set of signals."""
    print("\n## The answer's sentence, hit@1 / hit@5, candidates: the article's sentences\n")
    print(_row("signals", *DIRECTIONS, "arcd"))
    whole = [one for one in measured if one.case.kind == "whole"]
    for label, names in STEPS:
        used = np.array([column.removesuffix("_within").removesuffix("_leading") in names for column in COLUMNS])
        found = hits(hold_out(whole, used)[0])
        print(_row(label, *(f"{found[name][0]:.3f} / {found[name][1]:.3f}" for name in (*DIRECTIONS, "arcd"))))


def print_likely(held: Sequence[Held]) -> None:
    """Print how often sentences hold the answer that are at most `FAR_BEHIND` the best, and others."""
    print("\n## Sentences that may carry the answer: gold of the best, of other likely ones, of the rest;")
    print("## questions whose answer they and the neighbours of the best hold; how many they are\n")
    for name in (*DIRECTIONS, "arcd"):
        rows = [
            _likely(one) for one in held if one.measured.case.set_name == name and one.measured.case.kind == "whole"
        ]
        found = np.sum(rows, axis=0)
        shares = (found[0] / len(rows), found[1] / found[2], found[3] / found[4], found[5] / len(rows))
        print(_row(name, *(f"{share:.3f}" for share in shares), f"{1 + found[2] / len(rows):.1f}"))


def _likely(one: Held) -> tuple[float, ...]:
    """Whether the best is gold; gold and all of the other likely ones, and of the rest; whether what is shown is."""
    gold, best = one.measured.case.gold, int(one.scores.argmax())
    likely = one.scores.max() - one.scores <= FAR_BEHIND
    others, shown = likely.copy(), likely.copy()
    others[best] = False
    shown[max(best - 1, 0) : best + 2] = True
    rest = ~likely
    return gold[best], *(n for part in (others, rest) for n in (gold[part].sum(), part.sum())), gold[shown].any()


def print_judging(held: Sequence[Held], fits: Sequence[Fit]) -> None:
    """Print how well answerable and unanswerable questions are told apart, in one article and over a library."""
    probabilities = judge_held_out(held, fits)
    library = search_all(held, fits, layout="split") + search_all(held, fits, layout="without")
    bars = thresholds(held, probabilities, library)
    print("\n## Whether the article answers; refused and answered at strictness balanced\n")
    _print_figures(report(held, probabilities, bars))
    print("\n## Over a whole library, each topic in one language, half of them Arabic\n")
    _print_figures(report_library(library, bars))
    print("\n## The same with every topic in both languages; only the direction's own article counts\n")
    parallel = search_all(held, fits, layout="parallel")
    for name in DIRECTIONS:
        before = np.array([one.before for one in parallel if one.case.set_name == name])
        print(_row(name, f"{np.mean(before < 1):.3f} / {np.mean(before < TOP):.3f}"))


def _print_figures(figures: Mapping[str, Mapping[str, float]]) -> None:
    print(_row("", *figures))
    for name in next(iter(figures.values())):
        print(_row(name, *(str(column[name]) for column in figures.values())))


def print_spans(sources: dict[str, list[Source]]) -> None:
    """Print how often a mark is set, and how right it is."""
    print("\n## Marks inside the answer's sentence: share marked, exact match, F1, share that meets the answer\n")
    for name, articles in sources.items():
        marks = list(_marks(articles))
        exact, overlap, meets = np.mean(marks, axis=0)
        asked = sum(len(source.questions) for source in articles)
        print(_row(name, f"{len(marks) / asked:.3f}", f"{exact:.3f}", f"{overlap:.3f}", f"{meets:.3f}"))


def print_prices(cases: Sequence[Case]) -> None:
    """Print what each signal costs when indexing, and what a question costs beyond the encoders."""
    articles = {id(case.article): case.article.indexed for case in cases}.values()
    texts = list({sentence.text for indexed in articles for sentence in indexed.sentences})[:SAMPLE]
    second = SentenceEncoder()
    vocabulary = list({word for text in texts for word in spelled_words(text)})
    print("\n## Price for 1,000 sentences\n")
    print(_row("signal", "seconds", "stored bytes"))
    seconds = _seconds(lambda: E5Embedding(embed_batch_size=SAMPLE).get_text_embedding_batch(texts), len(texts))
    print(_row("e5 on the sentence", f"{seconds:.1f}", f"{1000 * 384 * 4:,}"))
    print(_row("second encoder", f"{_seconds(lambda: second.encode(texts), len(texts)):.1f}", f"{1000 * 512 * 4:,}"))
    seconds = _seconds(lambda: second.encode(vocabulary), len(texts))
    packed = WordVectors.of(second.encode(vocabulary)).packed()
    stored = f"{sum(map(len, packed)) * 1000 // len(texts):,}"
    print(_row("words by meaning, if all are new", f"{seconds:.1f}", stored))
    seconds = _seconds(
        lambda: [prepare(indexed, None) for indexed in articles], sum(len(i.sentences) for i in articles)
    )
    print(_row("the rest, when first asked", f"{seconds:.1f}", "0"))
    spent = [_seconds(lambda case=case: measure_all([case]), 1) for case in cases[:SAMPLE]]  # type: ignore[misc]
    middle, high = np.quantile(spent, [0.5, 0.95])
    print(f"\nSignals of one article for one question: p50 {middle:.2f} ms, p95 {high:.2f} ms.")


def _seconds(work: Callable[[], object], count: int) -> float:
    """Return how long 1,000 times one of `count` parts of some work take."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000 / count


def _marks(articles: Sequence[Source]) -> Iterator[tuple[bool, float, bool]]:
    for source in articles:
        sentences = sentences_of(source)
        for asked in source.questions:
            end = asked.start + len(asked.answer)
            gold = next((one for one in sentences if one.start < end and one.end > asked.start), None)
            found = find_span(asked.text, gold.text) if gold else None
            if gold and found:
                yield _compare(gold.text[slice(*found)], asked.answer)


def _compare(marked: str, answer: str) -> tuple[bool, float, bool]:
    """Return exact match, F1 and whether any word is common, over the search form."""
    first, second = (
        [without_article(word) for word in words(text) if word not in ("the", "a", "an")] for text in (marked, answer)
    )
    common = sum(min(first.count(word), second.count(word)) for word in set(first))
    return first == second, 2 * common / max(len(first) + len(second), 1), common > 0


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
