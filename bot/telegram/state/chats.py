"""What the bot remembers of chats: their language, active article, articles they were sent, strangers once told."""

import time
from dataclasses import dataclass
from typing import cast

from bot.telegram.state.database import Database
from index.types import Language

TOLD_AGAIN = 86_400.0
"""Seconds after which a stranger is told again that the bot is private."""

CUT_BY_TELEGRAM = 4_000
"""UTF-16 units from which on a message may be the first part of a text that a Telegram client cut up."""
SAME_TEXT_WITHIN = 5.0
"""Seconds between the parts of such a text."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat. `space` is the part of the library that is its own; `article` (space, id) is asked about, or all are."""

    id: int
    space: str
    language: Language | None
    article: tuple[str, str] | None
    since: float

    @property
    def spaces(self) -> tuple[str, str]:
        """The parts of the library that may be looked at here, and no other."""
        return (self.space, "")


@dataclass(frozen=True, slots=True)
class Part:
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
    """The chats of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, chat_id: int) -> Chat:
        """The chat, made where it is new."""
        moved = self._database.row("SELECT new FROM moved WHERE old = ?", chat_id)
        chat_id = moved["new"] if moved else chat_id
        row = self._database.row("SELECT * FROM chats WHERE id = ?", chat_id)
        if row is None:
            space = f"u{chat_id}" if chat_id > 0 else f"g{-chat_id}"
            self._database.write("INSERT INTO chats (id, space) VALUES (?, ?)", chat_id, space)
            return Chat(chat_id, space, None, None, 0.0)
        article = (row["article_space"], row["article_id"]) if row["article_id"] else None
        return Chat(chat_id, row["space"], cast("Language | None", row["language"]), article, row["since"])

    def speak(self, chat_id: int, language: Language) -> None:
        """Set the language of messages."""
        self._database.write("UPDATE chats SET language = ? WHERE id = ?", language, chat_id)

    def choose(self, chat_id: int, article: tuple[str, str] | None) -> None:
        """Set the active article, or none for all."""
        space, article_id = article or (None, None)
        self._database.write(
            "UPDATE chats SET article_space = ?, article_id = ? WHERE id = ?", space, article_id, chat_id
        )

    def begin_anew(self, chat_id: int) -> None:
        """Let the conversation so far be over."""
        self._database.write("UPDATE chats SET since = ? WHERE id = ?", time.time(), chat_id)

    def migrate(self, old: int, new: int) -> None:
        """A group became a supergroup: what it had is now the new one's, also what it was allowed."""
        with self._database.together():
            self._database.write("UPDATE moved SET new = ? WHERE new = ?", new, old)
            self._database.write("INSERT OR REPLACE INTO moved VALUES (?, ?)", old, new)
            if not self._database.row("SELECT 1 FROM chats WHERE id = ?", old):
                return
            self._database.write("DELETE FROM chats WHERE id = ?", new)
            self._database.write("UPDATE chats SET id = ? WHERE id = ?", new, old)
            self._database.write("UPDATE answers SET chat_id = ? WHERE chat_id = ?", new, old)

    def ids(self, chat_id: int) -> set[int]:
        """The chat's id, and those it had before."""
        return {chat_id, *(row["old"] for row in self._database.read("SELECT old FROM moved WHERE new = ?", chat_id))}

    def of(self, space: str) -> set[int]:
        """The ids, now and before, of the chat that a part of the library belongs to."""
        row = self._database.row("SELECT id FROM chats WHERE space = ?", space)
        return self.ids(row["id"]) if row else set()

    def forget(self, person_id: int) -> None:
        """Forget a person's own chat and the articles they sent."""
        with self._database.together():
            self._database.write("DELETE FROM parts WHERE chat_id = ?", person_id)
            self._database.write("DELETE FROM articles WHERE person_id = ?", person_id)
            self._database.write("DELETE FROM chats WHERE id = ?", person_id)

    def own(self, space: str, article_id: str, *, person_id: int, size: int) -> None:
        """Note who sent an article."""
        self._database.write(
            "INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?)", space, article_id, person_id, size, time.time()
        )

    def disown(self, space: str, article_id: str) -> None:
        """Forget an article that was removed, in every chat where it was active."""
        with self._database.together():
            self._database.write("DELETE FROM articles WHERE space = ? AND article_id = ?", space, article_id)
            self._database.write("DELETE FROM parts WHERE space = ? AND article_id = ?", space, article_id)
            self._database.write(
                "UPDATE chats SET article_space = NULL, article_id = NULL WHERE article_space = ? AND article_id = ?",
                *(space, article_id),
            )

    def owner(self, space: str, article_id: str) -> int | None:
        """Who sent an article."""
        row = self._database.row("SELECT person_id FROM articles WHERE space = ? AND article_id = ?", space, article_id)
        return row["person_id"] if row else None

    def owned(self, person_id: int) -> list[tuple[str, str]]:
        """(space, id) of the articles a person sent, wherever."""
        rows = self._database.read("SELECT space, article_id FROM articles WHERE person_id = ?", person_id)
        return [(row["space"], row["article_id"]) for row in rows]

    def add_part(self, part: Part) -> None:
        """Note a message that an article was sent as."""
        self._database.write(
            "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(part.chat_id, part.message_id, part.space, part.article_id),
            *(part.start, part.end, part.shift, part.sent, part.person_id),
        )

    def part(self, chat_id: int, message_id: int) -> Part | None:
        """The part of an article that a message holds."""
        row = self._database.row("SELECT * FROM parts WHERE chat_id = ? AND message_id = ?", chat_id, message_id)
        return Part(*row) if row else None

    def continued(self, chat_id: int, message_id: int, *, person_id: int, sent: float) -> Part | None:
        """The part of an article that a message goes on with: Telegram's clients cut long texts into messages."""
        part = self.part(chat_id, message_id - 1)
        if part is None or part.person_id != person_id or sent - part.sent > SAME_TEXT_WITHIN:
            return None
        return part if part.shift + part.end - part.start >= CUT_BY_TELEGRAM else None

    def parts(self, chat_id: int, article: tuple[str, str]) -> list[Part]:
        """The messages of this chat that hold an article, in its order."""
        rows = self._database.read(
            "SELECT * FROM parts WHERE chat_id = ? AND space = ? AND article_id = ? ORDER BY start", chat_id, *article
        )
        return [Part(*row) for row in rows]

    def part_with(self, chat_id: int, article: tuple[str, str], start: int, end: int) -> Part | None:
        """The message of this chat that holds [start, end) of an article whole."""
        row = self._database.row(
            'SELECT * FROM parts WHERE chat_id = ? AND space = ? AND article_id = ? AND start <= ? AND "end" >= ?',
            *(chat_id, *article, start, end),
        )
        return Part(*row) if row else None

    def told(self, stranger: int) -> bool:
        """Whether a person or a group was told lately that the bot is private."""
        row = self._database.row("SELECT told FROM strangers WHERE id = ?", stranger)
        return bool(row and time.time() - row["told"] < TOLD_AGAIN)

    def tell(self, stranger: int) -> None:
        """Note that a stranger was told."""
        self._database.write("INSERT OR REPLACE INTO strangers VALUES (?, ?)", stranger, time.time())
