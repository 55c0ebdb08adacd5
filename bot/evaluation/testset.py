"""Test sets: what they ask, and their two file formats, our JSONL (testset.schema.json) and SQuAD 1.1 / 2.0 JSON.

Finding the articles that JSONL names is the caller's. SQuAD as published: Rajpurkar et al. 2016 (arXiv:1606.05250) and
2018 (arXiv:1806.03822).
"""

import codecs
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.evaluation.jsonl import Flag, RecordError, String, Text, WholeNumber, parse_json, read_record, show_value
from config.errors import SanadError, TestSetError
from index.text.search_form import SearchText, language_of, search_form
from index.types import Article, Language

UNCHECKED = "unchecked"
"""The tag of a question that a person has yet to look at."""

GAP = "\n\n"
"""What joins the contexts of one title of a SQuAD file."""

Span = tuple[int, int]
"""A half-open range of code points of the article's text."""

GoldSpans = tuple[Span, ...]
"""One piece of gold evidence: the places where it stands, any one of which will do."""

ResolveArticle = Callable[[str, Path], Article]
"""Finds the article a test set names: by path relative to the test set's folder, or by id.

Raises: SanadError with one clear sentence if there is none.
"""


@dataclass(frozen=True, slots=True)
class TestQuestion:
    """A question with what is known about its answer.

    `evidence` holds every piece that a complete answer rests on; none for a question the article cannot answer.
    """

    __test__: ClassVar[bool] = False  # pytest would collect it by its name

    id: str
    question: str
    language: Language
    article: Article
    answers: tuple[str, ...] = ()
    evidence: tuple[GoldSpans, ...] = ()
    answerable: bool = True
    tags: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """Language of the question, then of the article: "ar-en" is an Arabic question on an English article."""
        return f"{self.language}-{self.article.language}"


@dataclass(frozen=True, slots=True)
class TestSet:
    """What a file asks.

    `articles` has those nobody asks about too; `problems` says what was left out, one sentence each.
    """

    __test__: ClassVar[bool] = False

    name: str
    digest: str
    """Hash of the questions' file and of the articles: 16 hexadecimal digits."""
    questions: tuple[TestQuestion, ...]
    articles: tuple[Article, ...]
    problems: tuple[str, ...] = ()


_Item = tuple[str, TestQuestion | Article | RecordError]
"""What a file holds: where it stands (the start of a message), and what it is, or what is wrong with it."""


def load_testset(path: Path, *, resolve: ResolveArticle, skip_invalid: bool = False) -> TestSet:
    """Read a test set: SQuAD from a file named .json, one of our objects a line from any other.

    Raises: TestSetError naming the file, the line and what is wrong; with `skip_invalid` only if no question is left.
    """
    data = _read(path)
    is_squad = path.suffix.lower() == ".json"
    testset = _collect(path, data, read_squad(data, path.name) if is_squad else _read_jsonl(data, path, resolve))
    if testset.problems and not (skip_invalid and testset.questions):
        more = f"{len(testset.problems) - 1} more like it; " if len(testset.problems) > 1 else ""
        advice = f" ({more}--skip-invalid leaves out what is wrong.)" if testset.questions else ""
        raise TestSetError(testset.problems[0] + advice)
    if not testset.questions:
        raise TestSetError(f"The test set {str(path)!r} has no questions; give it at least one.")
    return testset


def merge_testsets(testsets: Sequence[TestSet]) -> TestSet:
    """Return one test set with the questions of several, in whatever order they are given.

    Where two use the same id, as XQuAD's directions do, all ids begin with the names of their files.

    Raises: TestSetError if files of one name use the same id, or there are two versions of one article.
    """
    if len(testsets) == 1:
        return testsets[0]
    testsets = sorted(testsets, key=lambda testset: (testset.name, testset.digest))
    name = " + ".join(testset.name for testset in testsets)
    questions = [question for testset in testsets for question in testset.questions]
    if _repeated_id(questions) is not None:
        questions = [replace(one, id=f"{testset.name} {one.id}") for testset in testsets for one in testset.questions]
    if (twice := _repeated_id(questions)) is not None:
        raise TestSetError(f"{name}: the id {twice!r} is used in two files of that name; evaluate them one by one.")
    articles: dict[str, Article] = {}
    for article in (article for testset in testsets for article in testset.articles):
        # With two versions under one id, some questions would be asked about the wrong text.
        if articles.setdefault(article.id, article).version != article.version:
            raise TestSetError(
                f"{name}: the article {article.id!r} ({article.source!r}) is there in two versions; "
                "evaluate these files one by one."
            )
    digest = hashlib.sha256("".join(testset.digest for testset in testsets).encode()).hexdigest()[:16]
    problems = tuple(problem for testset in testsets for problem in testset.problems)
    return TestSet(name, digest, tuple(questions), tuple(articles.values()), problems)


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


def select_questions(
    testset: TestSet, *, sample: int | None = None, seed: int = 0, tags: Sequence[str] = ()
) -> TestSet:
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


def make_article_id(source: str, title: str, text: str) -> str:
    """Return the id of an article of a test set: 12 hexadecimal digits.

    It follows from the text, too, for two files of one name (x/dev.json, y/dev.json) name their articles alike.
    """
    return hashlib.sha256(f"{source}\0{title}\0{text}".encode("utf-8", "replace")).hexdigest()[:12]


def _repeated_id(questions: Sequence[TestQuestion]) -> str | None:
    return next((one for one, times in Counter(question.id for question in questions).items() if times > 1), None)


def _is_unchecked(question: TestQuestion) -> bool:
    has_gold = bool(question.evidence or question.answers) or not question.answerable
    return UNCHECKED in question.tags or ("feedback" in question.tags and not has_gold)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise TestSetError(f"The test set {str(path)!r} cannot be read: {error.strerror}.") from error


def _collect(path: Path, data: bytes, items: Iterable[_Item]) -> TestSet:
    """Sort what a file holds, and refuse an id that was used before."""
    questions: dict[str, TestQuestion] = {}
    articles: dict[str, Article] = {}
    problems: list[str] = []
    for where, item in items:
        match item:
            case RecordError():
                problems.append(f"{where}: {item}")
            case Article():
                articles[item.id] = item
            case TestQuestion() if articles.setdefault(item.article.id, item.article).version != item.article.version:
                problems.append(f"{where}: its article {item.article.id!r} is there in another version, too; keep one.")
            case TestQuestion() if item.id in questions:
                problems.append(f"{where}: the id {show_value(item.id)} was used before; every question needs its own.")
            case TestQuestion():
                questions[item.id] = item
    versions = "".join(sorted(f"{article.id} {article.version}\n" for article in articles.values()))
    digest = hashlib.sha256(data + versions.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return TestSet(path.name, digest, tuple(questions.values()), tuple(articles.values()), tuple(problems))


# Our JSONL.


def _as_alternatives(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Alternatives = Annotated[tuple[Text, ...], Field(min_length=1), BeforeValidator(_as_alternatives)]
"""Quotes that say the same; in a file, a lone one may stand without its list."""


class QuestionLine(BaseModel):
    """A line of our JSONL, as testset.schema.json describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Text
    question: Text
    language: Language = Field(default_factory=lambda fields: language_of(fields.get("question", "")))
    article: Text
    answers: tuple[Text, ...] = ()
    evidence: tuple[Alternatives, ...] = ()
    answerable: Flag = True
    tags: tuple[Text, ...] = ()


def _read_jsonl(data: bytes, path: Path, resolve: ResolveArticle) -> Iterator[_Item]:
    """Yield the question of each line of our JSONL, or what is wrong with the line."""

    @cache  # also what is not there is looked for once, however many questions name it
    def find(reference: str) -> Article | RecordError:
        try:
            return resolve(reference, path.parent)
        except SanadError as error:
            return RecordError(f"its 'article' is neither a file beside the test set nor in the library. {error}")

    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            where = f"Line {number} of {path.name!r}"
            try:
                yield where, _question(read_record(QuestionLine, parse_json(line)), find)
            except RecordError as error:
                yield where, error


def _question(line: QuestionLine, find: Callable[[str], Article | RecordError]) -> TestQuestion:
    """Find the article of a line, and its evidence in it.

    Raises: RecordError saying which field is wrong and how.
    """
    article = find(line.article)
    if isinstance(article, RecordError):
        raise article
    if not line.answerable and (line.answers or line.evidence):
        raise RecordError("'answerable' is false, but there are answers or evidence: clear them, or set it to true.")
    evidence = tuple(_find_quotes(quotes, article) for quotes in line.evidence)
    return TestQuestion(
        line.id, line.question, line.language, article, line.answers, evidence, line.answerable, line.tags
    )


def _find_quotes(quotes: Sequence[str], article: Article) -> GoldSpans:
    """Find where a piece of evidence stands: every occurrence of each of its quotes."""
    spans: list[Span] = []
    for quote in quotes:
        found = [*_occurrences(quote, article.text)]
        if not found:
            raise RecordError(
                f"'evidence' has a quote that does not occur in {show_value(article.source)}: {show_value(quote)}."
            )
        spans.extend(found)
    return tuple(sorted(spans))


def _occurrences(quote: str, text: str) -> Iterator[Span]:
    start = text.find(quote)
    while start >= 0:
        yield start, start + len(quote)
        start = text.find(quote, start + len(quote))


# SQuAD. What is read one by one, so that one slip spoils no more than its question, is `Any` in the models.


class _SquadFile(BaseModel):
    data: tuple[Any, ...]


class _SquadParagraph(BaseModel):
    context: String
    qas: Any = ()


class _SquadTitle(BaseModel):
    title: String = ""
    paragraphs: tuple[_SquadParagraph, ...] = ()


class _SquadQuestions(BaseModel):
    qas: tuple[Any, ...]


class _SquadQuestion(BaseModel):
    id: Text
    question: Text
    answers: tuple[dict[str, Any], ...] = ()
    is_impossible: Flag = False


class _SquadAnswer(BaseModel):
    text: String
    answer_start: WholeNumber


@dataclass(frozen=True, slots=True)
class _SquadArticle:
    """All paragraphs of one title, in order, each with where its entry stands in the file."""

    where: str
    title: str
    source: str
    paragraphs: list[tuple[str, _SquadParagraph]]


def read_squad(data: str | bytes, name: str) -> Iterator[_Item]:
    """Yield the articles and questions of a SQuAD file, and a RecordError for each that cannot be read.

    The contexts of one title form one article, joined by a blank line; the questions may be in another language than
    the contexts (XQuAD, MLQA).
    """
    try:
        entries = _squad_entries(data)
    except RecordError as error:
        yield f"The file {name!r}", error
        return
    articles: dict[str, _SquadArticle] = {}
    for position, entry in enumerate(entries, start=1):
        where, source = f"Title {position} of {name!r}", f"{name}#{position}"
        try:
            read = read_record(_SquadTitle, entry)
        except RecordError as error:
            yield where, error
            continue
        # Some files give a title again for each of its contexts; without one, every entry stands alone.
        title = read.title.replace("_", " ").strip()
        article = articles.setdefault(title or source, _SquadArticle(where, title, source, []))
        article.paragraphs.extend((where, paragraph) for paragraph in read.paragraphs)
    for found in articles.values():
        yield from _squad_article(found)


def _squad_entries(data: str | bytes) -> tuple[Any, ...]:
    top = parse_json(data)
    if isinstance(top, dict) and "data" not in top:
        raise RecordError(
            "this JSON has no list 'data', so it is not in SQuAD's form; name a file of our JSONL .jsonl."
        )
    return read_record(_SquadFile, top).data


def _squad_article(found: _SquadArticle) -> Iterator[_Item]:
    """Yield an article and its questions."""
    text = GAP.join(paragraph.context for _, paragraph in found.paragraphs)
    if not any(char.isalnum() for char in text):
        yield found.where, RecordError("there is no text in its contexts.")
        return
    title, source = found.title, found.source
    article = Article(make_article_id(source, title, text), title or source, source, text, language_of(text))
    yield found.where, article
    offset = 0
    numbers: Counter[str] = Counter()
    for where, paragraph in found.paragraphs:
        try:
            rows = read_record(_SquadQuestions, {"qas": paragraph.qas}).qas
        except RecordError as error:
            yield where, error
            rows = ()
        for row in rows:
            numbers[where] += 1
            place = f"{where}, question {numbers[where]}"
            try:
                yield place, _squad_question(read_record(_SquadQuestion, row), article, paragraph.context, offset)
            except RecordError as error:
                yield place, error
        offset += len(paragraph.context) + len(GAP)


def _squad_question(row: _SquadQuestion, article: Article, context: str, offset: int) -> TestQuestion:
    answerable = not row.is_impossible
    given = [read_record(_SquadAnswer, answer) for answer in row.answers] if answerable else []
    given = [answer for answer in given if answer.text.strip()]
    spans = {_squad_span(answer, context, offset) for answer in given}
    question = row.question.strip()
    return TestQuestion(
        row.id,
        question,
        language_of(question),
        article,
        tuple(dict.fromkeys(answer.text.strip() for answer in given)),
        (tuple(sorted(spans)),) if spans else (),
        answerable,
    )


def _squad_span(answer: _SquadAnswer, context: str, offset: int) -> Span:
    """Return where an answer stands in the article; a published offset that misses it is put right."""
    text, start = answer.text, answer.answer_start
    if start >= 0 and context[start : start + len(text)] == text:
        return offset + start, offset + start + len(text)
    found = _search(text, max(start, 0), context)
    if found is None:
        raise RecordError(f"the answer {text!r} does not occur in its context.")
    return offset + found[0], offset + found[1]


def _search(answer: str, start: int, context: str) -> Span | None:
    """Find the occurrence nearest to `start`, or else the first one of another spacing or spelling."""
    found = [context.rfind(answer, 0, start + len(answer)), context.find(answer, start)]
    spans = [(place, place + len(answer)) for place in found if place >= 0]
    if spans:
        return min(spans, key=lambda span: abs(span[0] - start))
    spelled, wanted = SearchText.of(context), search_form(answer).strip()
    place = spelled.form.find(wanted) if wanted else -1
    return spelled.raw_span(place, place + len(wanted)) if place >= 0 else None
