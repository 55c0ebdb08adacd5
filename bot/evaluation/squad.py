"""SQuAD 1.1 and 2.0 JSON as published → articles and questions.

Sources: Rajpurkar et al. 2016 (arXiv:1606.05250) and 2018 (arXiv:1806.03822). The contexts of one title form one
article, joined by a blank line; the questions may be in another language than the contexts (XQuAD, MLQA).
"""

from collections.abc import Iterator, Sequence

from bot.evaluation.checks import Problem, Row, parse
from bot.evaluation.types import Span, TestQuestion, identify
from index.text import SearchText, language_of, search_form
from index.types import Article

GAP = "\n\n"

Found = tuple[str, TestQuestion | Article | Problem]
"""Where it stands in the file (the start of a message), and what it is."""


def read(text: str, name: str) -> Iterator[Found]:
    """Yield the articles and questions of a SQuAD file, and a Problem for each that cannot be read."""
    try:
        entries = _entries(text)
    except Problem as problem:
        yield f"The file {name!r}", problem
        return
    for position, entry in enumerate(entries, start=1):
        where = f"Title {position} of {name!r}"
        try:
            paragraphs = entry.rows("paragraphs")
            contexts = [paragraph.string("context") for paragraph in paragraphs]
            article = _article(entry, contexts, f"{name}#{position}")
        except Problem as problem:
            yield where, problem
            continue
        yield where, article
        yield from _questions(article, paragraphs, contexts, where)


def _entries(text: str) -> list[Row]:
    top = Row(parse(text))
    if not top.has("data"):
        raise Problem("this JSON has no list 'data', so it is not in SQuAD's form; name a file of our JSONL .jsonl.")
    return top.rows("data")


def _article(entry: Row, contexts: Sequence[str], source: str) -> Article:
    text = GAP.join(contexts)
    if not any(char.isalnum() for char in text):
        raise Problem("there is no text in its contexts.")
    title = entry.string("title").replace("_", " ").strip() if entry.has("title") else ""
    return Article(identify(source, title, text), title or source, source, text, language_of(text))


def _questions(article: Article, paragraphs: list[Row], contexts: list[str], where: str) -> Iterator[Found]:
    offset = number = 0
    for paragraph, context in zip(paragraphs, contexts, strict=True):
        try:
            rows = paragraph.rows("qas")
        except Problem as problem:
            yield where, problem
            rows = []
        for row in rows:
            number += 1
            try:
                yield f"{where}, question {number}", _question(row, article, context, offset)
            except Problem as problem:
                yield f"{where}, question {number}", problem
        offset += len(context) + len(GAP)


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
