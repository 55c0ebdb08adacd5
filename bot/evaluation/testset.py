"""Test sets: what they ask, and their two file formats, our JSONL (testset.schema.json) and SQuAD 1.1 / 2.0 JSON.

Finding the articles that JSONL names is the caller's. SQuAD as published: Rajpurkar et al. 2016 (arXiv:1606.05250) and
2018 (arXiv:1806.03822).
"""

import codecs
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from bot.evaluation.jsonl import RecordError, Row, parse_json, show_value
from config.errors import SanadError, TestSetError
from index.text.search_form import SearchText, language_of, search_form
from index.types import Article, Language

UNCHECKED = "unchecked"
"""The tag of a question that a person has yet to look at."""

FIELDS = {"id", "question", "language", "article", "answers", "evidence", "answerable", "tags"}

GAP = "\n\n"
"""What joins the contexts of one title."""

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


def load_testset(path: Path, *, resolve: ResolveArticle, skip_invalid: bool = False) -> TestSet:
    """Read a test set: SQuAD from a file named .json, one of our objects a line from any other.

    Raises: TestSetError naming the file, the line and what is wrong; with `skip_invalid` only if no question is left.
    """
    data = _read(path)
    if path.suffix.lower() == ".json":
        questions, articles, problems = _collect(read_squad(_decode(data, path), path.name))
    else:
        questions, articles, problems = _collect(_read_lines(data, path, resolve))
    if problems and not (skip_invalid and questions):
        more = f"{len(problems) - 1} more like it; " if len(problems) > 1 else ""
        advice = f" ({more}--skip-invalid leaves out what is wrong.)" if questions else ""
        raise TestSetError(problems[0] + advice)
    if not questions:
        raise TestSetError(f"The test set {str(path)!r} has no questions; give it at least one.")
    return TestSet(path.name, _digest(data, articles), tuple(questions), tuple(articles), tuple(problems))


def merge_testsets(testsets: Sequence[TestSet]) -> TestSet:
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


Found = tuple[str, TestQuestion | Article | RecordError]
"""Where it stands in the file (the start of a message), and what it is."""


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
    return list(questions.values()), list(articles.values()), problems


def _read_lines(data: bytes, path: Path, resolve: ResolveArticle) -> Iterator[Found]:
    """Yield the question of each line of our JSONL, or what is wrong with the line."""
    articles: dict[str, Article | RecordError] = {}

    def find(reference: str) -> Article:
        if reference not in articles:
            articles[reference] = _resolve(reference, path.parent, resolve)
        if isinstance(article := articles[reference], RecordError):
            raise article
        return article

    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            where = f"Line {number} of {path.name!r}"
            try:
                yield where, _question(Row(parse_json(_decode_line(line))), find)
            except RecordError as problem:
                yield where, problem


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(f"it is not UTF-8 text (byte {error.start} of the line); save the file as UTF-8.") from error


def _resolve(reference: str, folder: Path, resolve: ResolveArticle) -> Article | RecordError:
    try:
        return resolve(reference, folder)
    except SanadError as error:
        return RecordError(f"its 'article' is neither a file beside the test set nor in the library. {error}")


def _question(row: Row, find: Callable[[str], Article]) -> TestQuestion:
    """Read one object of our JSONL.

    Raises: RecordError saying which field is wrong and how.
    """
    row.refuse_unknown(FIELDS)
    question = row.text("question")
    article = find(row.text("article"))
    answerable = row.flag("answerable", default=True)
    answers = row.texts("answers")
    evidence = tuple(_piece(quotes, article) for quotes in row.quotes("evidence"))
    if not answerable and (answers or evidence):
        raise RecordError("'answerable' is false, but there are answers or evidence: clear them, or set it to true.")
    language = row.language("language", default=language_of(question))
    return TestQuestion(row.text("id"), question, language, article, answers, evidence, answerable, row.texts("tags"))


def _piece(quotes: Sequence[str], article: Article) -> GoldSpans:
    """Find where a piece of evidence stands: every occurrence of each of its quotes."""
    places: list[Span] = []
    for quote in quotes:
        found = [*_occurrences(quote, article.text)]
        if not found:
            raise RecordError(
                f"'evidence' has a quote that does not occur in {show_value(article.source)}: {show_value(quote)}."
            )
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


def load_schema() -> Mapping[str, Any]:
    """Load the JSON Schema of one line of our JSONL."""
    loaded: Mapping[str, Any] = json.loads(Path(__file__).with_name("testset.schema.json").read_text("utf-8"))
    return loaded


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A context and its questions, with where they stand in the file."""

    where: str
    row: Row
    context: str


@dataclass(frozen=True, slots=True)
class _Title:
    """All paragraphs of one title, in order, wherever they stand."""

    where: str
    title: str
    source: str
    paragraphs: list[_Paragraph]


def read_squad(text: str, name: str) -> Iterator[Found]:
    """Yield the articles and questions of a SQuAD file, and a RecordError for each that cannot be read."""
    try:
        entries = _entries(text)
    except RecordError as problem:
        yield f"The file {name!r}", problem
        return
    titles: dict[str, _Title] = {}
    for position, entry in enumerate(entries, start=1):
        where = f"Title {position} of {name!r}"
        try:
            title = _title_of(entry)
            paragraphs = [_Paragraph(where, row, row.string("context")) for row in entry.rows("paragraphs")]
        except RecordError as problem:
            yield where, problem
            continue
        # Some files give a title again for each of its contexts; without one, every entry stands alone.
        source = f"{name}#{position}"
        titles.setdefault(title or source, _Title(where, title, source, [])).paragraphs.extend(paragraphs)
    for found in titles.values():
        try:
            article = _article(found)
        except RecordError as problem:
            yield found.where, problem
            continue
        yield found.where, article
        yield from _questions(article, found.paragraphs)


def _entries(text: str) -> list[Row]:
    top = Row(parse_json(text))
    if not top.has("data"):
        raise RecordError(
            "this JSON has no list 'data', so it is not in SQuAD's form; name a file of our JSONL .jsonl."
        )
    return top.rows("data")


def _title_of(entry: Row) -> str:
    return entry.string("title").replace("_", " ").strip() if entry.has("title") else ""


def _article(found: _Title) -> Article:
    text = GAP.join(paragraph.context for paragraph in found.paragraphs)
    if not any(char.isalnum() for char in text):
        raise RecordError("there is no text in its contexts.")
    title, source = found.title, found.source
    return Article(make_article_id(source, title, text), title or source, source, text, language_of(text))


def _questions(article: Article, paragraphs: Sequence[_Paragraph]) -> Iterator[Found]:
    offset = 0
    numbers: Counter[str] = Counter()
    for paragraph in paragraphs:
        where = paragraph.where
        try:
            rows = paragraph.row.rows("qas")
        except RecordError as problem:
            yield where, problem
            rows = []
        for row in rows:
            numbers[where] += 1
            try:
                yield f"{where}, question {numbers[where]}", _squad_question(row, article, paragraph.context, offset)
            except RecordError as problem:
                yield f"{where}, question {numbers[where]}", problem
        offset += len(paragraph.context) + len(GAP)


def _squad_question(row: Row, article: Article, context: str, offset: int) -> TestQuestion:
    name, question = row.text("id"), row.text("question").strip()
    answerable = not row.flag("is_impossible", default=False)
    given = [answer for answer in row.rows("answers") if answerable and answer.string("text").strip()]
    places = {_place(answer.string("text"), answer.integer("answer_start"), context, offset) for answer in given}
    return TestQuestion(
        name,
        question,
        language_of(question),
        article,
        tuple(dict.fromkeys(answer.string("text").strip() for answer in given)),
        (tuple(sorted(places)),) if places else (),
        answerable,
    )


def _place(answer: str, start: int, context: str, offset: int) -> Span:
    """Return where an answer stands in the article; a published offset that misses it is put right."""
    if start >= 0 and context[start : start + len(answer)] == answer:
        place: Span | None = (start, start + len(answer))
    else:
        place = _search(answer, max(start, 0), context)
    if place is None:
        raise RecordError(f"the answer {answer!r} does not occur in its context.")
    return offset + place[0], offset + place[1]


def _search(answer: str, start: int, context: str) -> Span | None:
    """Find the occurrence nearest to `start`, or else the first one of another spacing or spelling."""
    found = [context.rfind(answer, 0, start + len(answer)), context.find(answer, start)]
    places = [(place, place + len(answer)) for place in found if place >= 0]
    if places:
        return min(places, key=lambda place: abs(place[0] - start))
    spelled, wanted = SearchText.of(context), search_form(answer).strip()
    place = spelled.form.find(wanted) if wanted else -1
    return spelled.raw_span(place, place + len(wanted)) if place >= 0 else None
