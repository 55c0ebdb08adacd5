"""The answers that were given: for the buttons below them, /sources, follow-ups, and what people thought of them."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from bot.rendering.reply_text import citations
from bot.telegram.outgoing.origins import link_of, place_of
from bot.telegram.outgoing.texts import units
from bot.telegram.state.database import Database
from bot.types import Answer, Reply
from index.types import Article, Language, Sentence

Verdict = Literal["up", "down", "wrong"]
NEAREST_SHOWN = 3
TURNS = 6
"""Earlier questions that a follow-up may refer to."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence below an answer, as it was then. `start` counts UTF-16 units of the article's text.

    `place` are the words after its title and number, `link` is its address, if there are any.
    """

    article_id: str
    title: str
    language: Language
    position: int
    text: str
    start: int
    place: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given, or a refusal with its nearest sentences. `id` is the update that asked."""

    id: int
    chat_id: int
    person_id: int
    asked: float
    question: str
    language: Language
    answered: bool
    text: str
    cited: tuple[Cited, ...]
    understood: str
    """The question as it stands alone."""
    best: Cited | None = None
    """The cited sentence that ranked highest; known only while the answer is being given."""


def given(reply: Reply, *, asked: str, update_id: int, chat_id: int, person_id: int) -> Given:
    """What to remember of a reply; `asked` is the question as it was typed."""
    nearest = [(evidence.article, evidence.sentence, 1) for evidence in reply.evidence[:NEAREST_SHOWN]]
    cited = [(citation.article, citation.sentence, citation.tellings) for citation in citations(reply)]
    shown = tuple(_cite(*one) for one in (cited if isinstance(reply, Answer) else nearest))
    ranked = [evidence.sentence for evidence in reply.evidence]
    best = min(cited, key=lambda one: ranked.index(one[1]) if one[1] in ranked else len(ranked), default=None)
    return Given(
        id=update_id,
        chat_id=chat_id,
        person_id=person_id,
        asked=time.time(),
        question=asked,
        language=reply.question.language,
        answered=isinstance(reply, Answer),
        text=" ".join(claim.text for claim in reply.claims) if isinstance(reply, Answer) else "",
        cited=shown,
        understood=reply.question.text,
        best=_cite(*best) if best else None,
    )


def _cite(article: Article, sentence: Sentence, tellings: int) -> Cited:
    start = units(article.text[: sentence.start])
    place, link = place_of(article, sentence, tellings), link_of(article, sentence)
    return Cited(article.id, article.title, article.language, sentence.position, sentence.text, start, place, link)


class Answers:
    """The answers of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, answer: Given) -> None:
        """Remember an answer."""
        cited = json.dumps([asdict(sentence) for sentence in answer.cited], ensure_ascii=False)
        self._database.write(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(answer.id, answer.chat_id, answer.person_id, answer.asked, answer.question, answer.language),
            *(answer.answered, answer.text, cited, answer.understood),
        )

    def get(self, answer_id: int, *, chat_id: int) -> Given | None:
        """An answer that was given in this chat."""
        row = self._database.row("SELECT * FROM answers WHERE id = ? AND chat_id = ?", answer_id, chat_id)
        return _given(row) if row else None

    def last(self, chat_id: int, person_id: int, *, since: float, most: int = TURNS) -> list[Given]:
        """The last answers to a person in a chat, oldest first."""
        rows = self._database.read(
            "SELECT * FROM answers WHERE chat_id = ? AND person_id = ? AND asked > ? ORDER BY asked DESC LIMIT ?",
            *(chat_id, person_id, since, most),
        )
        return [_given(row) for row in reversed(rows)]

    def judge(self, answer_id: int, person_id: int, verdict: Verdict, *, sentence: int = 0) -> None:
        """Keep what a person thinks of an answer, or of a sentence of it; a later verdict replaces an earlier one."""
        with self._database.together():
            if verdict == "up":
                self._database.write("DELETE FROM feedback WHERE answer_id = ? AND person_id = ?", answer_id, person_id)
            self._database.write(
                "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?)",
                *(answer_id, person_id, sentence, verdict, time.time()),
            )

    def forget(self, person_id: int) -> None:
        """Delete all answers to a person, and all verdicts of theirs or on those."""
        with self._database.together():
            self._database.write(
                "DELETE FROM feedback WHERE person_id = ? OR answer_id IN (SELECT id FROM answers WHERE person_id = ?)",
                *(person_id, person_id),
            )
            self._database.write("DELETE FROM answers WHERE person_id = ?", person_id)

    def drop_citing(self, article_id: str, *, chat_ids: Iterable[int]) -> None:
        """Delete the answers given in these chats that show a sentence of an article, and the verdicts on them."""
        citing = (
            "SELECT id FROM answers WHERE chat_id = ? AND EXISTS "
            "(SELECT 1 FROM json_each(citations) WHERE json_extract(value, '$.article_id') = ?)"
        )
        with self._database.together():
            for chat_id in chat_ids:
                for row in self._database.read(citing, chat_id, article_id):
                    self._database.write("DELETE FROM feedback WHERE answer_id = ?", row["id"])
                    self._database.write("DELETE FROM answers WHERE id = ?", row["id"])


def feedback(database: Database) -> Iterator[dict[str, Any]]:
    """Judged answers as questions of a test set (bot/evaluation/testset.schema.json).

    Evidence is known where somebody approved of a quoted answer; a refusal approved of is an unanswerable question.
    """
    rows = database.read(
        "SELECT answers.*, row_number() OVER (PARTITION BY answers.id ORDER BY min(feedback.given)) AS place, "
        "group_concat(feedback.verdict) AS verdicts, group_concat(feedback.sentence) AS sentences "
        "FROM feedback JOIN answers ON answers.id = feedback.answer_id "
        "GROUP BY answers.id, feedback.person_id ORDER BY answers.asked"
    )
    for row in rows:
        answer, verdicts = _given(row), row["verdicts"].split(",")
        if answer.cited:
            wrong = {int(number) for number in row["sentences"].split(",")} - {0}
            yield _test_case(f"feedback-{answer.id}-{row['place']}", answer, verdicts, wrong)


def _test_case(name: str, answer: Given, verdicts: Sequence[str], wrong: set[int]) -> dict[str, Any]:
    approved = "up" in verdicts
    case: dict[str, Any] = {
        "id": name,
        "question": answer.understood,
        "language": answer.language,
        "article": answer.cited[0].article_id,
        "tags": ["feedback", *sorted(set(verdicts))],
    }
    if not answer.answered and approved:
        return {**case, "answerable": False}
    right = [sentence.text for number, sentence in enumerate(answer.cited, 1) if number not in wrong]
    if answer.answered and (approved or wrong) and right:
        case["evidence"] = right
    return case


def _given(row: Any) -> Given:
    cited = tuple(Cited(**sentence) for sentence in json.loads(row["citations"]))
    return Given(
        *(row["id"], row["chat_id"], row["person_id"], row["asked"], row["question"]),
        cast("Language", row["language"]),
        *(bool(row["answered"]), row["text"], cited, row["understood"]),
    )
