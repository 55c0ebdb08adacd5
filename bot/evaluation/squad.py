"""SQuAD 1.1 and 2.0 JSON as published → articles and questions.

Sources: Rajpurkar et al. 2016 (arXiv:1606.05250) and 2018 (arXiv:1806.03822). The contexts of one title form one
article, joined by a blank line; the questions may be in another language than the contexts (XQuAD, MLQA).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.evaluation.checks import Problem, Row, parse
from bot.evaluation.types import Span, TestQuestion, identify
from index.text.search_form import SearchText, language_of, search_form
from index.types import Article

GAP = "\n\n"

Found = tuple[str, TestQuestion | Article | Problem]
"""Where it stands in the file (the start of a message), and what it is."""


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


def read(text: str, name: str) -> Iterator[Found]:
    """Yield the articles and questions of a SQuAD file, and a Problem for each that cannot be read."""
    try:
        entries = _entries(text)
    except Problem as problem:
        yield f"The file {name!r}", problem
        return
    titles: dict[str, _Title] = {}
    for position, entry in enumerate(entries, start=1):
        where = f"Title {position} of {name!r}"
        try:
            title = _title_of(entry)
            paragraphs = [_Paragraph(where, row, row.string("context")) for row in entry.rows("paragraphs")]
        except Problem as problem:
            yield where, problem
            continue
        # Some files give a title again for each of its contexts; without one, every entry stands alone.
        source = f"{name}#{position}"
        titles.setdefault(title or source, _Title(where, title, source, [])).paragraphs.extend(paragraphs)
    for found in titles.values():
        try:
            article = _article(found)
        except Problem as problem:
            yield found.where, problem
            continue
        yield found.where, article
        yield from _questions(article, found.paragraphs)


def _entries(text: str) -> list[Row]:
    top = Row(parse(text))
    if not top.has("data"):
        raise Problem("this JSON has no list 'data', so it is not in SQuAD's form; name a file of our JSONL .jsonl.")
    return top.rows("data")


def _title_of(entry: Row) -> str:
    return entry.string("title").replace("_", " ").strip() if entry.has("title") else ""


def _article(found: _Title) -> Article:
    text = GAP.join(paragraph.context for paragraph in found.paragraphs)
    if not any(char.isalnum() for char in text):
        raise Problem("there is no text in its contexts.")
    title, source = found.title, found.source
    return Article(identify(source, title, text), title or source, source, text, language_of(text))


def _questions(article: Article, paragraphs: Sequence[_Paragraph]) -> Iterator[Found]:
    offset = 0
    numbers: Counter[str] = Counter()
    for paragraph in paragraphs:
        where = paragraph.where
        try:
            rows = paragraph.row.rows("qas")
        except Problem as problem:
            yield where, problem
            rows = []
        for row in rows:
            numbers[where] += 1
            try:
                yield f"{where}, question {numbers[where]}", _question(row, article, paragraph.context, offset)
            except Problem as problem:
                yield f"{where}, question {numbers[where]}", problem
        offset += len(paragraph.context) + len(GAP)


def _question(row: Row, article: Article, context: str, offset: int) -> TestQuestion:
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
        raise Problem(f"the answer {answer!r} does not occur in its context.")
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
