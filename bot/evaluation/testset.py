"""A file of questions → `TestSet`: our JSONL (testset.schema.json), or SQuAD 1.1 / 2.0 JSON (`bot.evaluation.squad`).

Finding the articles that JSONL names is the caller's `Resolve`.
"""

import codecs
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.evaluation import squad
from bot.evaluation.checks import Problem, Row, parse, show
from bot.evaluation.squad import Found
from bot.evaluation.types import Piece, Resolve, Span, TestQuestion, TestSet
from config.errors import SanadError, TestSetError
from index.text.search_form import language_of
from index.types import Article

UNCHECKED = "unchecked"
"""The tag of a question that a person has yet to look at."""

FIELDS = {"id", "question", "language", "article", "answers", "evidence", "answerable", "tags"}


def load_testset(path: Path, *, resolve: Resolve, skip_invalid: bool = False) -> TestSet:
    """Read a test set: SQuAD from a file named .json, one of our objects a line from any other.

    Raises: TestSetError naming the file, the line and what is wrong; with `skip_invalid` only if no question is left.
    """
    data = _read(path)
    if path.suffix.lower() == ".json":
        questions, articles, problems = _collect(squad.read(_decode(data, path), path.name))
    else:
        questions, articles, problems = _collect(_read_lines(data, path, resolve))
    if problems and not (skip_invalid and questions):
        more = f"{len(problems) - 1} more like it; " if len(problems) > 1 else ""
        advice = f" ({more}--skip-invalid leaves out what is wrong.)" if questions else ""
        raise TestSetError(problems[0] + advice)
    if not questions:
        raise TestSetError(f"The test set {str(path)!r} has no questions; give it at least one.")
    return TestSet(path.name, _digest(data, articles), tuple(questions), tuple(articles), tuple(problems))


def merge(testsets: Sequence[TestSet]) -> TestSet:
    """Return one test set with the questions of several, in whatever order they are given.

    Where two use the same id, as XQuAD's directions do, all ids begin with the names of their files.

    Raises: TestSetError if files of one name use the same id, or there are two versions of one article.
    """
    testsets = sorted(testsets, key=lambda testset: (testset.name, testset.digest))
    ids = [question.id for testset in testsets for question in testset.questions]
    if len(set(ids)) < len(ids):
        testsets = [_named_apart(testset) for testset in testsets]
    questions = [question for testset in testsets for question in testset.questions]
    twice = [one for one, times in Counter(question.id for question in questions).items() if times > 1]
    name = " + ".join(testset.name for testset in testsets)
    if twice:
        raise TestSetError(f"{name}: the id {twice[0]!r} is used in two files of that name; evaluate them one by one.")
    articles = _unite(name, [article for testset in testsets for article in testset.articles])
    digest = hashlib.sha256("".join(testset.digest for testset in testsets).encode()).hexdigest()[:16]
    problems = tuple(problem for testset in testsets for problem in testset.problems)
    return TestSet(
        name, digest if len(testsets) > 1 else testsets[0].digest, tuple(questions), tuple(articles.values()), problems
    )


def _named_apart(testset: TestSet) -> TestSet:
    """The test set with its name before the id of each question."""
    return replace(testset, questions=tuple(replace(one, id=f"{testset.name} {one.id}") for one in testset.questions))


def _unite(name: str, articles: Sequence[Article]) -> dict[str, Article]:
    """Return articles by id: with two versions under one, some questions would be asked about the wrong text."""
    united: dict[str, Article] = {}
    for article in articles:
        if united.setdefault(article.id, article).version != article.version:
            raise TestSetError(
                f"{name}: the article {article.id!r} ({article.source!r}) is there in two versions; "
                "evaluate these files one by one."
            )
    return united


def leave_out_unchecked(testset: TestSet) -> TestSet:
    """Leave out questions that nobody has checked, and say so among the problems.

    Those are tagged "unchecked", or come from feedback and say no more than that somebody disliked the answer: with
    neither evidence nor answers, whatever is answered would count as right.

    Raises: TestSetError if none is left.
    """
    kept = tuple(question for question in testset.questions if not _is_unchecked(question))
    count = len(testset.questions) - len(kept)
    if not count:
        return testset
    advice = f"give them evidence or answers, or set 'answerable' to false, and take off the tag {UNCHECKED!r}."
    if not kept:
        raise TestSetError(f"Nobody has checked any question of {testset.name!r}: {advice}")
    problem = f"{count} of the questions of {testset.name!r}, which nobody has checked: {advice}"
    return replace(testset, questions=kept, problems=(*testset.problems, problem))


def _is_unchecked(question: TestQuestion) -> bool:
    has_gold = bool(question.evidence or question.answers) or not question.answerable
    return UNCHECKED in question.tags or ("feedback" in question.tags and not has_gold)


def choose(testset: TestSet, *, sample: int | None = None, seed: int = 0, tags: Sequence[str] = ()) -> TestSet:
    """Keep the questions that carry one of `tags` (if any are given), and of those a random `sample`, in file order.

    Raises: TestSetError if none is left.
    """
    kept = [question for question in testset.questions if not tags or set(tags) & set(question.tags)]
    if not kept:
        known = ", ".join(sorted({tag for question in testset.questions for tag in question.tags})) or "none"
        wanted = " or ".join(map(repr, tags))
        raise TestSetError(f"No question of {testset.name!r} is tagged {wanted}; its tags: {known}.")
    if sample is not None and sample < len(kept):
        drawn = random.Random(seed).sample(range(len(kept)), sample)  # noqa: S311 - a sample, no secret
        kept = [kept[position] for position in sorted(drawn)]
    return replace(testset, questions=tuple(kept))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise TestSetError(f"The test set {str(path)!r} cannot be read: {error.strerror}.") from error


def _decode(data: bytes, path: Path) -> str:
    """Decode a file that is one piece of JSON."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"is not UTF-8 text (line {line}, byte {error.start}); save it as UTF-8"
        raise TestSetError(f"The test set {str(path)!r} {problem}.") from error


def _collect(found: Iterable[Found]) -> tuple[list[TestQuestion], list[Article], list[str]]:
    """Sort what a reader yields, and refuse an id that was used before."""
    questions: dict[str, TestQuestion] = {}
    articles: dict[str, Article] = {}
    problems: list[str] = []
    for where, item in found:
        match item:
            case Problem():
                problems.append(f"{where}: {item}")
            case Article():
                articles[item.id] = item
            case TestQuestion() if articles.setdefault(item.article.id, item.article).version != item.article.version:
                problems.append(f"{where}: its article {item.article.id!r} is there in another version, too; keep one.")
            case TestQuestion() if item.id in questions:
                problems.append(f"{where}: the id {show(item.id)} was used before; every question needs its own.")
            case TestQuestion():
                questions[item.id] = item
    return list(questions.values()), list(articles.values()), problems


def _read_lines(data: bytes, path: Path, resolve: Resolve) -> Iterator[Found]:
    """Yield the question of each line of our JSONL, or what is wrong with the line."""
    articles: dict[str, Article | Problem] = {}

    def find(reference: str) -> Article:
        if reference not in articles:
            articles[reference] = _resolve(reference, path.parent, resolve)
        if isinstance(article := articles[reference], Problem):
            raise article
        return article

    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            where = f"Line {number} of {path.name!r}"
            try:
                yield where, _question(Row(parse(_decode_line(line))), find)
            except Problem as problem:
                yield where, problem


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(f"it is not UTF-8 text (byte {error.start} of the line); save the file as UTF-8.") from error


def _resolve(reference: str, folder: Path, resolve: Resolve) -> Article | Problem:
    try:
        return resolve(reference, folder)
    except SanadError as error:
        return Problem(f"its 'article' is neither a file beside the test set nor in the library. {error}")


def _question(row: Row, find: Callable[[str], Article]) -> TestQuestion:
    """Read one object of our JSONL.

    Raises: Problem saying which field is wrong and how.
    """
    row.refuse_unknown(FIELDS)
    question = row.text("question")
    article = find(row.text("article"))
    answerable = row.flag("answerable", default=True)
    answers = row.texts("answers")
    evidence = tuple(_piece(quotes, article) for quotes in row.quotes("evidence"))
    if not answerable and (answers or evidence):
        raise Problem("'answerable' is false, but there are answers or evidence: clear them, or set it to true.")
    language = row.language("language", default=language_of(question))
    return TestQuestion(row.text("id"), question, language, article, answers, evidence, answerable, row.texts("tags"))


def _piece(quotes: Sequence[str], article: Article) -> Piece:
    """Find where a piece of evidence stands: every occurrence of each of its quotes."""
    places: list[Span] = []
    for quote in quotes:
        found = [*_occurrences(quote, article.text)]
        if not found:
            raise Problem(f"'evidence' has a quote that does not occur in {show(article.source)}: {show(quote)}.")
        places.extend(found)
    return tuple(sorted(places))


def _occurrences(quote: str, text: str) -> Iterator[Span]:
    start = text.find(quote)
    while start >= 0:
        yield start, start + len(quote)
        start = text.find(quote, start + len(quote))


def _digest(data: bytes, articles: Sequence[Article]) -> str:
    versions = "".join(sorted(f"{article.id} {article.version}\n" for article in articles))
    return hashlib.sha256(data + versions.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def schema() -> Mapping[str, Any]:
    """Load the JSON Schema of one line of our JSONL."""
    loaded: Mapping[str, Any] = json.loads(Path(__file__).with_name("testset.schema.json").read_text("utf-8"))
    return loaded
