"""`sanad chat`: question after question in a terminal, or one a line from a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING, get_args

from bot import messages
from bot.bootstrap import App
from bot.cli.ask import errors_in, print_lines
from bot.cli.exit import exit_now
from bot.questions import read_question
from bot.rendering.bidi import clean
from bot.rendering.reply_text import (
    Segment,
    StyledLine,
    citations,
    claim_line,
    context_line,
    lines_after_claims,
    number_citations,
    quote_line,
    source_lines,
)
from bot.types import EVERYTHING, Citation, Claimed, Finished, Question, Reply
from config.errors import SanadError
from config.settings import LanguageChoice
from index.types import ArticleRecord, Filter, Language

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

LANGUAGES: tuple[LanguageChoice, ...] = get_args(LanguageChoice)


class ChatSession:
    """One conversation: the article or articles asked about, the language of answers, and the last reply."""

    def __init__(self, app: App, *, article: str | None = None, only: Filter = EVERYTHING) -> None:
        self._app, self._only = app, only
        self._plain = app.settings.interface.plain
        self._language: LanguageChoice = app.settings.interface.language
        self._article: ArticleRecord | None = app.library.resolve(article) if article else None
        self._reply: Reply | None = None
        self._warming: Thread | None = None
        self._conversation = app.new_conversation()
        self._commands: dict[str, Callable[[str], Iterator[StyledLine]]] = {
            "/articles": self._list_articles,
            "/article": self._choose_article,
            "/sources": self._show_sources,
            "/context": self._show_context,
            "/language": self._choose_language,
            "/new": self._forget,
            "/help": self._help,
        }

    def run(self) -> bool:
        """Read, answer, until the end of input; returns whether all that was piped in could be done."""
        typed, well = sys.stdin.isatty(), True
        with errors_in(self._tongue, None):
            print_lines(self._welcome(), plain=self._plain)
        for line in filter(None, map(str.strip, self._typed() if typed else sys.stdin)):
            try:
                self._turn(line)
            except SanadError as error:
                well = well and typed
                self._report(error, typed=typed)
        if self._warming and self._warming.is_alive():
            exit_now(0)
        return well

    def _warm(self) -> None:
        """Load what the first answer needs while the person types.

        In a thread, which Ctrl-C does not reach: an import that it cuts in two cannot be had again.
        """
        with suppress(SanadError):  # the first answer will say it
            self._app.retriever.warm()

    def _turn(self, line: str) -> None:
        try:
            print_lines(self._respond(line), plain=self._plain)
        except KeyboardInterrupt:
            print_lines([self._say(messages.CHAT_CANCELLED)], plain=self._plain)

    def _report(self, error: SanadError, *, typed: bool) -> None:
        if typed:
            print_lines([StyledLine(self._tongue, (Segment(str(error)),))], plain=self._plain)
        else:
            print(f"sanad: {error}", file=sys.stderr)

    def _respond(self, line: str) -> Iterator[StyledLine]:
        if not line.startswith("/"):
            yield from self._answer(line)
            return
        name, _, rest = line.partition(" ")
        command = self._commands.get(name)
        if command is None:
            yield self._say(messages.CHAT_UNKNOWN, command=clean(name)[:40])
        else:
            yield from command(rest.strip())

    def _answer(self, text: str) -> Iterator[StyledLine]:
        asked = replace(read_question(text, language=self._language), only=self._only)
        if self._article:
            asked = replace(asked, article_id=self._article.id)
        question = self._conversation.understand(asked)
        if question != asked:
            yield StyledLine(question.language, (Segment(f"→ {clean(question.text)}", "dim"),))
        with errors_in(question.language, asked.article_id, only=self._only):
            yield from self._stream(question)
        yield StyledLine(question.language, ())

    def _stream(self, question: Question) -> Iterator[StyledLine]:
        if self._warming:
            self._warming.join()
        cited: list[Citation] = []
        for event in self._app.engine.stream(question):
            match event:
                case Claimed(claim):
                    cited += claim.citations
                    yield claim_line(claim, number_citations(cited), question.language)
                case Finished(reply):
                    self._reply = reply
                    self._conversation.remember(question, reply)
                    yield from lines_after_claims(reply)

    def _list_articles(self, _: str) -> Iterator[StyledLine]:
        for record in self._app.library.records():
            chosen = "→ " if self._article and record.id == self._article.id else "  "
            title = Segment(f"  {clean(record.title)}")
            yield StyledLine(record.language, (Segment(chosen), Segment(record.id, "mark"), title))

    def _choose_article(self, name: str) -> Iterator[StyledLine]:
        with errors_in(self._tongue, name):
            self._article = self._app.library.resolve(name) if name else None
        yield from self._welcome()

    def _show_sources(self, _: str) -> Iterator[StyledLine]:
        if not self._cited:
            yield self._say(messages.CHAT_NO_ANSWER)
            return
        numbers = number_citations(self._cited)
        for citation in self._cited:
            yield quote_line([citation], numbers)
        yield from source_lines(self._cited, self._tongue)

    def _show_context(self, number: str) -> Iterator[StyledLine]:
        if not self._cited:
            yield self._say(messages.CHAT_NO_ANSWER)
        elif number.isdecimal() and 0 < int(number) <= len(self._cited):
            citation = self._cited[int(number) - 1]
            yield context_line(citation)
        else:
            yield self._say(messages.CHAT_NO_SENTENCE, number=clean(number)[:20])

    def _choose_language(self, language: str) -> Iterator[StyledLine]:
        if language in LANGUAGES:
            self._language = language
            yield self._say(messages.CHAT_LANGUAGE, chosen=language)
        else:
            yield self._say(messages.CHAT_LANGUAGES)

    def _forget(self, _: str) -> Iterator[StyledLine]:
        self._conversation.forget()
        yield self._say(messages.CHAT_FORGOTTEN)

    def _help(self, _: str) -> Iterator[StyledLine]:
        for line in messages.CHAT_HELP(self._tongue).splitlines():
            yield StyledLine(self._tongue, (Segment(line),))

    def _welcome(self) -> Iterator[StyledLine]:
        count = len(self._app.library.records())
        if self._article:
            about = messages.CHAT_ARTICLE(self._tongue, title=clean(self._article.title))
        elif count:
            about = messages.CHAT_ALL(self._tongue, count=count)
        else:
            yield self._say(messages.NO_ARTICLES)
            return
        yield self._say(messages.CHAT_WELCOME, articles=about)

    def _say(self, message: messages.Message, **values: object) -> StyledLine:
        return StyledLine(self._tongue, (Segment(message(self._tongue, **values), "dim"),))

    @property
    def _tongue(self) -> Language:
        """The language of messages: as chosen, else the last question's, else English."""
        if self._language != "auto":
            return self._language
        return self._reply.question.language if self._reply else "en"

    @property
    def _cited(self) -> list[Citation]:
        return citations(self._reply) if self._reply else []

    def _typed(self) -> Iterator[str]:
        """Lines typed at a prompt, with history across runs; Ctrl-C clears the line, Ctrl-D ends."""
        session = self._session()
        self._warming = Thread(target=self._warm, daemon=True)
        self._warming.start()
        while True:
            try:
                yield session.prompt("؟ " if self._tongue == "ar" else "? ")
            except KeyboardInterrupt:
                continue
            except EOFError:
                return

    def _session(self) -> "PromptSession[str]":
        from prompt_toolkit import PromptSession
        from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
        from prompt_toolkit.completion import NestedCompleter
        from prompt_toolkit.history import FileHistory

        folder = self._app.settings.folder
        folder.mkdir(parents=True, exist_ok=True)
        completions: dict[str, object] = dict.fromkeys(self._commands)
        completions["/article"] = dict.fromkeys(record.id for record in self._app.library.records())
        completions["/language"] = dict.fromkeys(LANGUAGES)
        return PromptSession(
            history=FileHistory(str(folder / "history")),
            auto_suggest=AutoSuggestFromHistory(),
            completer=NestedCompleter.from_nested_dict(completions),
        )
