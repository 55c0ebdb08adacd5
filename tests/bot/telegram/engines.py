"""An engine for the bot's tests that needs no model: speaks slowly, at length, waits to be told, or fails."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from bot.bootstrap import App
from bot.types import Answer, Citation, Claim, Claimed, Event, Finished, Question
from index.types import Article, Evidence, Sentence

_TEXT = "The Noor holds 220 passengers."
ARTICLE = Article("0123456789ab", "A ferry", "made", _TEXT, "en")
SENTENCE = Sentence(ARTICLE.id, 0, 0, 0, len(_TEXT), _TEXT)


class Slow:
    """Says `claims` claims, `seconds` apart; questions with "wait" in them only after `go` or `hold` seconds."""

    def __init__(
        self,
        *,
        claims: int = 3,
        seconds: float = 0.3,
        words: int = 8,
        fail_at: int = -1,
        hold: float = 30.0,
        writer: Any = None,
    ) -> None:
        self.writer = writer
        self._claims, self._seconds, self._words = claims, seconds, words
        self._fail_at, self._hold = fail_at, hold
        self.go = threading.Event()
        self.asked: list[Question] = []

    def stream(self, question: Question, *, evidence: int | None = None) -> Iterator[Event]:
        self.asked.append(question)
        if "wait" in question.text:
            self.go.wait(self._hold)
        claims = []
        for number in range(self._claims):
            time.sleep(self._seconds)
            if number == self._fail_at:
                raise RuntimeError("the model's server went away; secret words")
            text = f"Claim {number}: " + "word " * self._words
            claims.append(Claim(text.strip() + ".", (Citation(ARTICLE, SENTENCE),)))
            yield Claimed(claims[-1])
        yield Finished(Answer(question, tuple(claims), 0.9, "slow", (Evidence(ARTICLE, SENTENCE, 1.0),)))


def slow(app: App, **options: Any) -> App:
    """The product with a slow engine."""
    engine: Any = Slow(**options)
    return replace(app, engine=engine)


def slowed(**options: Any) -> Callable[[App], App]:
    """A change that makes a product slow."""
    return lambda app: slow(app, **options)


def whole_answer(article: Article) -> Answer:
    """An answer of one claim that cites the whole text of an article."""
    sentence = Sentence(article.id, 0, 0, 0, len(article.text), article.text)
    claim = Claim("It is so.", (Citation(article, sentence),))
    return Answer(Question("?", "en"), (claim,), 0.5, "made", ())
