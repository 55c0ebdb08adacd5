"""What is remembered of chats and people: settings, articles sent, answers given, and use, which has limits.

The articles' text is in the library, see `chat_library`.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, cast

from bot.messages import Message
from bot.rendering.reply_text import citations
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import RateLimiter
from bot.telegram.outgoing.messages import counted, duration
from bot.telegram.outgoing.texts import NEAREST_SHOWN, CitedSentence, cite
from bot.telegram.state.database import Database
from bot.types import Answer, Reply
from config.settings import TelegramSettings
from index.types import Language

Verdict = Literal["up", "down", "wrong"]
TOLD_AGAIN = 86_400.0
"""Seconds after which a stranger is told again that the bot is private."""
CUT_BY_TELEGRAM = 4_000
"""UTF-16 units from which on a message may be the first part of a text that a Telegram client cut up."""
SAME_TEXT_WITHIN = 5.0
"""Seconds between the parts of such a text."""
HISTORY = 6
"""Earlier questions that a follow-up may refer to."""
MINUTE, DAY = 60.0, 86_400.0
INLINE_PER_QUESTION = 6
"""Inline queries that come while one question is being typed."""


class ArticleKey(NamedTuple):
    """Which article: its part of the library, and its id there."""

    space: str
    article_id: str


@dataclass(frozen=True, slots=True)
class ChatRecord:
    """A chat. `space` is the part of the library that is its own; `article` is asked about, or all are.

    `since` is when its conversation began.
    """

    id: int
    space: str
    language: Language | None
    article: ArticleKey | None
    since: float

    @property
    def spaces(self) -> tuple[str, str]:
        """The parts of the library that may be looked at here, and no other."""
        return (self.space, "")


@dataclass(frozen=True, slots=True)
class ArticleMessage:
    """A message that from `shift` on holds [start, end) of an article, in UTF-16 units. `sent` is Telegram's time."""

    chat_id: int
    message_id: int
    space: str
    article_id: str
    start: int
    end: int
    shift: int
    sent: float
    person_id: int


class Chats:
    """The chats of a database, and the articles sent there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, chat_id: int) -> ChatRecord:
        """The chat, made where it is new."""
        moved = self._database.fetch_one("SELECT new FROM moved WHERE old = ?", chat_id)
        chat_id = moved["new"] if moved else chat_id
        row = self._database.fetch_one("SELECT * FROM chats WHERE id = ?", chat_id)
        if row is None:
            space = f"u{chat_id}" if chat_id > 0 else f"g{-chat_id}"
            self._database.execute("INSERT INTO chats (id, space) VALUES (?, ?)", chat_id, space)
            return ChatRecord(chat_id, space, None, None, 0.0)
        article = ArticleKey(row["article_space"], row["article_id"]) if row["article_id"] else None
        return ChatRecord(chat_id, row["space"], cast("Language | None", row["language"]), article, row["since"])

    def set_language(self, chat_id: int, language: Language) -> None:
        """Set the language of messages."""
        self._database.execute("UPDATE chats SET language = ? WHERE id = ?", language, chat_id)

    def set_active_article(self, chat_id: int, key: ArticleKey | None) -> None:
        """Set what is asked about; None for all articles."""
        space, article_id = key or (None, None)
        self._database.execute(
            "UPDATE chats SET article_space = ?, article_id = ? WHERE id = ?", space, article_id, chat_id
        )

    def begin_conversation(self, chat_id: int) -> None:
        """Let the conversation so far be over."""
        self._database.execute("UPDATE chats SET since = ? WHERE id = ?", time.time(), chat_id)

    def migrate(self, old: int, new: int) -> None:
        """A group became a supergroup: what it had is now the new one's, also what it was allowed."""
        with self._database.transaction():
            self._database.execute("UPDATE moved SET new = ? WHERE new = ?", new, old)
            self._database.execute("INSERT OR REPLACE INTO moved VALUES (?, ?)", old, new)
            if not self._database.fetch_one("SELECT 1 FROM chats WHERE id = ?", old):
                return
            self._database.execute("DELETE FROM chats WHERE id = ?", new)
            self._database.execute("UPDATE chats SET id = ? WHERE id = ?", new, old)
            self._database.execute("UPDATE answers SET chat_id = ? WHERE chat_id = ?", new, old)

    def all_ids(self, chat_id: int) -> set[int]:
        """The chat's id, and those it had before."""
        rows = self._database.fetch_all("SELECT old FROM moved WHERE new = ?", chat_id)
        return {chat_id, *(row["old"] for row in rows)}

    def ids_of_space(self, space: str) -> set[int]:
        """The ids, now and before, of the chat that a part of the library belongs to."""
        row = self._database.fetch_one("SELECT id FROM chats WHERE space = ?", space)
        return self.all_ids(row["id"]) if row else set()

    def forget(self, person_id: int) -> None:
        """Forget a person's own chat and the articles they sent."""
        with self._database.transaction():
            self._database.execute("DELETE FROM parts WHERE chat_id = ?", person_id)
            self._database.execute("DELETE FROM articles WHERE person_id = ?", person_id)
            self._database.execute("DELETE FROM chats WHERE id = ?", person_id)

    def add_article(self, key: ArticleKey, *, person_id: int, size: int) -> None:
        """Note who sent an article."""
        self._database.execute(
            "INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?)", *key, person_id, size, time.time()
        )

    def remove_article(self, key: ArticleKey) -> None:
        """Forget an article that was removed, in every chat where it was active."""
        with self._database.transaction():
            self._database.execute("DELETE FROM articles WHERE space = ? AND article_id = ?", *key)
            self._database.execute("DELETE FROM parts WHERE space = ? AND article_id = ?", *key)
            self._database.execute(
                "UPDATE chats SET article_space = NULL, article_id = NULL WHERE article_space = ? AND article_id = ?",
                *key,
            )

    def has_owner(self, key: ArticleKey) -> bool:
        """Whether it is noted who sent an article."""
        return self._database.count("articles WHERE space = ? AND article_id = ?", *key) > 0

    def articles_of(self, person_id: int) -> list[ArticleKey]:
        """The articles a person sent, wherever."""
        rows = self._database.fetch_all("SELECT space, article_id FROM articles WHERE person_id = ?", person_id)
        return [ArticleKey(*row) for row in rows]

    def add_message(self, message: ArticleMessage) -> None:
        """Note a message that an article was sent as."""
        self._database.execute(
            "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(message.chat_id, message.message_id, message.space, message.article_id),
            *(message.start, message.end, message.shift, message.sent, message.person_id),
        )

    def article_message(self, chat_id: int, message_id: int) -> ArticleMessage | None:
        """The part of an article that a message holds."""
        row = self._database.fetch_one("SELECT * FROM parts WHERE chat_id = ? AND message_id = ?", chat_id, message_id)
        return ArticleMessage(*row) if row else None

    def continued_message(self, chat_id: int, message_id: int, *, person_id: int, sent: float) -> ArticleMessage | None:
        """The part of an article that a message goes on with: Telegram's clients cut long texts into messages."""
        before = self.article_message(chat_id, message_id - 1)
        if before is None or before.person_id != person_id or sent - before.sent > SAME_TEXT_WITHIN:
            return None
        return before if before.shift + before.end - before.start >= CUT_BY_TELEGRAM else None

    def messages_of(self, chat_id: int, key: ArticleKey) -> list[ArticleMessage]:
        """The messages of this chat that hold an article, in its order."""
        rows = self._database.fetch_all(
            "SELECT * FROM parts WHERE chat_id = ? AND space = ? AND article_id = ? ORDER BY start", chat_id, *key
        )
        return [ArticleMessage(*row) for row in rows]

    def message_holding(self, chat_id: int, key: ArticleKey, start: int, end: int) -> ArticleMessage | None:
        """The message of this chat that holds [start, end) of an article whole."""
        found = (one for one in self.messages_of(chat_id, key) if one.start <= start and one.end >= end)
        return next(found, None)

    def was_told_private(self, stranger: int) -> bool:
        """Whether a person or a group was told lately that the bot is private."""
        row = self._database.fetch_one("SELECT told FROM strangers WHERE id = ?", stranger)
        return bool(row and time.time() - row["told"] < TOLD_AGAIN)

    def note_told_private(self, stranger: int) -> None:
        """Note that a stranger was told."""
        self._database.execute("INSERT OR REPLACE INTO strangers VALUES (?, ?)", stranger, time.time())


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that was given, or a refusal with its nearest sentences. `id` is the update that asked."""

    id: int
    chat_id: int
    person_id: int
    asked: float
    question: str
    language: Language
    answered: bool
    text: str
    cited: tuple[CitedSentence, ...]
    understood: str
    """The question as it stands alone."""
    best: CitedSentence | None = None
    """The cited sentence that ranked highest; known only while the answer is being given."""

    @classmethod
    def from_reply(cls, reply: Reply, *, asked: str, update_id: int, chat_id: int, person_id: int) -> "StoredAnswer":
        """What to remember of a reply; `asked` is the question as it was typed."""
        cited = [(one.sentence, cite(one.article, one.sentence, one.source_count)) for one in citations(reply)]
        nearest = [cite(one.article, one.sentence) for one in reply.evidence[:NEAREST_SHOWN]]
        ranks = {one.sentence: rank for rank, one in reversed(list(enumerate(reply.evidence)))}
        best = min(cited, key=lambda one: ranks.get(one[0], len(reply.evidence)), default=None)
        answer = reply if isinstance(reply, Answer) else None
        return cls(
            id=update_id,
            chat_id=chat_id,
            person_id=person_id,
            asked=time.time(),
            question=asked,
            language=reply.question.language,
            answered=answer is not None,
            text=" ".join(claim.text for claim in answer.claims) if answer else "",
            cited=tuple(one for _, one in cited) if answer else tuple(nearest),
            understood=reply.question.text,
            best=best[1] if best else None,
        )

    @classmethod
    def from_row(cls, row: Any) -> "StoredAnswer":
        """An answer as it was stored."""
        return cls(
            *(row["id"], row["chat_id"], row["person_id"], row["asked"], row["question"]),
            cast("Language", row["language"]),
            *(bool(row["answered"]), row["text"]),
            tuple(CitedSentence(**sentence) for sentence in json.loads(row["citations"])),
            row["understood"],
        )


class Answers:
    """The answers of a database, for buttons, /sources and follow-ups, and what people thought of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, answer: StoredAnswer) -> None:
        """Remember an answer."""
        cited = json.dumps([asdict(sentence) for sentence in answer.cited], ensure_ascii=False)
        self._database.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(answer.id, answer.chat_id, answer.person_id, answer.asked, answer.question, answer.language),
            *(answer.answered, answer.text, cited, answer.understood),
        )

    def get(self, answer_id: int, *, chat_id: int) -> StoredAnswer | None:
        """An answer that was given in this chat."""
        row = self._database.fetch_one("SELECT * FROM answers WHERE id = ? AND chat_id = ?", answer_id, chat_id)
        return StoredAnswer.from_row(row) if row else None

    def last(self, chat_id: int, person_id: int, *, since: float, most: int = HISTORY) -> list[StoredAnswer]:
        """The last answers to a person in a chat, oldest first."""
        rows = self._database.fetch_all(
            "SELECT * FROM answers WHERE chat_id = ? AND person_id = ? AND asked > ? ORDER BY asked DESC LIMIT ?",
            *(chat_id, person_id, since, most),
        )
        return [StoredAnswer.from_row(row) for row in reversed(rows)]

    def rate(self, answer_id: int, person_id: int, verdict: Verdict, *, sentence: int = 0) -> None:
        """Keep what a person thinks of an answer, or of a sentence of it; a later verdict replaces an earlier one."""
        with self._database.transaction():
            if verdict == "up":
                self._database.execute(
                    "DELETE FROM feedback WHERE answer_id = ? AND person_id = ?", answer_id, person_id
                )
            self._database.execute(
                "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?)",
                *(answer_id, person_id, sentence, verdict, time.time()),
            )

    def forget(self, person_id: int) -> None:
        """Delete all answers to a person, and all verdicts of theirs or on those."""
        with self._database.transaction():
            self._database.execute(
                "DELETE FROM feedback WHERE person_id = ? OR answer_id IN (SELECT id FROM answers WHERE person_id = ?)",
                *(person_id, person_id),
            )
            self._database.execute("DELETE FROM answers WHERE person_id = ?", person_id)

    def remove_citing(self, article_id: str, *, chat_ids: Iterable[int]) -> None:
        """Delete the answers given in these chats that show a sentence of an article, and the verdicts on them."""
        citing = (
            "SELECT id FROM answers WHERE chat_id = ? AND EXISTS "
            "(SELECT 1 FROM json_each(citations) WHERE json_extract(value, '$.article_id') = ?)"
        )
        with self._database.transaction():
            for chat_id in chat_ids:
                for row in self._database.fetch_all(citing, chat_id, article_id):
                    self._database.execute("DELETE FROM feedback WHERE answer_id = ?", row["id"])
                    self._database.execute("DELETE FROM answers WHERE id = ?", row["id"])

    def rated_cases(self) -> Iterator[dict[str, Any]]:
        """Rated answers as questions of a test set (bot/evaluation/testset.schema.json).

        Evidence is known where somebody approved of a quoted answer; a refusal approved of is an unanswerable question.
        """
        rows = self._database.fetch_all(
            "SELECT answers.*, row_number() OVER (PARTITION BY answers.id ORDER BY min(feedback.given)) AS place, "
            "group_concat(feedback.verdict) AS verdicts, group_concat(feedback.sentence) AS sentences "
            "FROM feedback JOIN answers ON answers.id = feedback.answer_id "
            "GROUP BY answers.id, feedback.person_id ORDER BY answers.asked"
        )
        for row in rows:
            answer, verdicts = StoredAnswer.from_row(row), row["verdicts"].split(",")
            if answer.cited:
                wrong = {int(number) for number in row["sentences"].split(",")} - {0}
                yield _test_case(f"feedback-{answer.id}-{row['place']}", answer, verdicts, wrong)


def _test_case(name: str, answer: StoredAnswer, verdicts: Sequence[str], wrong: set[int]) -> dict[str, Any]:
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


@dataclass(frozen=True, slots=True)
class LimitReached:
    """A limit that was reached; `wait` are seconds until it is free again."""

    message: Message
    limit: int
    wait: float

    def values(self, language: Language) -> dict[str, Any]:
        """What the message needs."""
        return {"questions": counted(self.limit, messages.QUESTIONS), "wait": duration(self.wait, language)}


class Limits:
    """How much one person may use the bot within a minute and a day, and when it is free again."""

    def __init__(self, database: Database, settings: TelegramSettings) -> None:
        self._database, self._settings = database, settings
        self._typed = RateLimiter(INLINE_PER_QUESTION * settings.questions_per_minute, MINUTE)

    def reached(self, person_id: int, *, update_id: int, asking: bool) -> LimitReached | None:
        """The limit that stands against a question (`asking`) or another text of a person's now."""
        rows = self._database.fetch_all(
            "SELECT at, question, tokens FROM uses WHERE person_id = ? AND at > ? AND update_id != ? ORDER BY at",
            *(person_id, time.time() - DAY, update_id),
        )
        settings, questions = self._settings, [(row["at"], 1) for row in rows if row["question"]]
        limits = [(messages.TOKEN_LIMIT, settings.tokens_per_day, DAY, [(row["at"], row["tokens"]) for row in rows])]
        if asking:
            by_minute = (messages.MINUTE_LIMIT, settings.questions_per_minute, MINUTE, questions)
            by_day = (messages.DAY_LIMIT, settings.questions_per_day, DAY, questions)
            limits = [by_minute, by_day, *limits]
        waits = [LimitReached(text, limit, _wait(uses, limit, window)) for text, limit, window, uses in limits]
        longest = max(waits, key=lambda reached: reached.wait)
        return longest if longest.wait > 0 else None

    def count_inline(self, person_id: int) -> float:
        """Count an inline query, if it may be answered; returns the seconds until the next one may, if not."""
        wait = self._typed.wait(person_id)
        if wait <= 0:
            self._typed.take(person_id)
        return wait

    def count(self, person_id: int, *, update_id: int, question: bool, tokens: int) -> None:
        """Count a use; the same update counts once."""
        self._database.execute(
            "INSERT OR REPLACE INTO uses VALUES (?, ?, ?, ?, ?)", update_id, person_id, time.time(), question, tokens
        )

    def prune(self) -> None:
        """Drop uses that no limit asks about any more."""
        self._database.execute("DELETE FROM uses WHERE at < ?", time.time() - 2 * DAY)


def _wait(uses: Sequence[tuple[float, int]], limit: int, window: float) -> float:
    """Seconds until the sizes of the uses (time, size; oldest first) within the window add up to less than a limit."""
    total = sum(size for _, size in uses)
    for at, size in uses:
        if total < limit:
            break
        total -= size
        if total < limit:
            return max(at + window - time.time(), 0.0)
    return 0.0
