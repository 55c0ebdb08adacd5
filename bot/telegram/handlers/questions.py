"""Questions: answers in the chat, shown as they grow, then kept; sentences inline; what to ask at the start."""

import json
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import structlog

from bot import messages as common
from bot.bootstrap import App
from bot.conversation import Conversation
from bot.messages import Message
from bot.questions import MOST_CHARACTERS, read_question
from bot.rendering.spans import citations
from bot.telegram.handlers.context import Turn, native_reply
from bot.telegram.monitoring import described
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import Button, Call, Live, button
from bot.telegram.outgoing.texts import (
    Cited,
    Group,
    cited_groups,
    claim_groups,
    link_of,
    one_line,
    pieces,
    place_of,
    plain,
    reply_groups,
    spoken,
    understood_group,
)
from bot.telegram.state.chat_library import Shelved
from bot.telegram.state.chats import Given, duration, given
from bot.types import Answer, Claim, Claimed, Event, Finished, Question, Refusal, Reply
from config.errors import NoArticles, QuestionError, UnknownArticle
from index.text.passages import count_tokens
from index.text.search_form import language_of
from index.types import Evidence, Language

log = structlog.get_logger("sanad.telegram")


@dataclass
class Asking:
    """A question being answered: as it was typed, as it is understood, and what was claimed so far."""

    turn: Turn
    asked: Question
    quote: str
    understood: Question
    claims: list[Claim] = field(default_factory=list)

    @property
    def lead(self) -> list[Group]:
        """What a follow-up was understood as, for the person to see."""
        follows = self.understood.text != self.asked.text and not self.quote
        return [understood_group(self.understood.text, self.asked.language)] if follows else []

    @property
    def grown(self) -> list[Group]:
        """What there is of the answer so far."""
        return [*self.lead, *claim_groups(self.claims, self.asked.language)]


def answer_buttons(answer: Given) -> list[list[Button]]:
    """A button for each sentence, and for what one thinks of the answer."""
    count = min(len(answer.cited), MOST_BUTTONS) if answer.answered else 0
    numbers = [button(f"[{number}]", f"s:{answer.id}:{number}") for number in range(1, count + 1)]
    rows = [numbers[start : start + BUTTONS_IN_ROW] for start in range(0, count, BUTTONS_IN_ROW)]
    return [*rows, [button("👍", f"f:{answer.id}:up"), button("👎", f"f:{answer.id}:down")]]


def wrong_buttons(answer: Given) -> list[list[Button]]:
    """A button for each sentence that may be the wrong one."""
    count = min(len(answer.cited), MOST_BUTTONS) if answer.answered else 0
    numbers = [button(f"✗ [{number}]", f"w:{answer.id}:{number}") for number in range(1, count + 1)]
    return [numbers[start : start + BUTTONS_IN_ROW // 2] for start in range(0, count, BUTTONS_IN_ROW // 2)]


async def ask(turn: Turn, text: str, *, quote: str = "", article_id: str | None = None) -> None:
    """Answer a question about the active article, or about another; `quote` are words it refers to."""
    active = turn.chat.article[1] if turn.chat.article else None
    question = _question(turn, text, article_id or active)
    if question is None or _limited(turn):
        return
    turn.work.asking = True
    turn.spend(count_tokens(question.text), question=True)
    asking = Asking(turn, question, quote, question)
    async with turn.live() as live:
        try:
            reply = await _reply(asking, live)
        except NoArticles:
            turn.say(messages.ARTICLES_NONE)
            return
        except UnknownArticle:
            turn.changes.append(lambda: turn.desk.chats.choose(turn.chat.id, None))
            turn.say(messages.NO_ARTICLE)
            return
        except Exception as error:  # noqa: BLE001 – whatever failed, it is not the article that does not say
            _failed(asking, error)
            return
    _stopped(asking) if reply is None else _finished(asking, reply)


def _question(turn: Turn, text: str, article_id: str | None) -> Question | None:
    try:
        question = read_question(plain(text), language="auto")
    except QuestionError:
        if len(text.strip()) > MOST_CHARACTERS:
            turn.say(common.QUESTION_TOO_LONG, length=len(text), limit=MOST_CHARACTERS)
        else:
            turn.say(messages.QUESTION_EMPTY)
        return None
    return replace(question, article_id=article_id, spaces=turn.chat.spaces)


def _limited(turn: Turn) -> bool:
    reached = turn.desk.limits.reached(turn.person_id, update_id=turn.update_id, asking=True)
    if reached is None:
        return False
    turn.desk.metrics.replies.labels("limited").inc()
    turn.say(reached.message, **reached.values(turn.language))
    return True


async def _reply(asking: Asking, live: Live) -> Reply | None:
    """The whole reply, or None if it was stopped."""
    if not asking.quote:
        return await _stream(asking, live, _conversation(asking.turn))
    reply = await _stream(asking, live, None)
    if isinstance(reply, Refusal):  # the words alone did not do: ask with what they refer to
        asking.understood = replace(asking.asked, text=f"{asking.asked.text} «{plain(asking.quote)}»")
        reply = await _stream(asking, live, None)
    return reply


def _conversation(turn: Turn) -> Conversation:
    """What this person and the bot said here since the last /new."""
    conversation = turn.desk.app.converse()
    for earlier in turn.desk.answers.last(turn.chat.id, turn.person_id, since=turn.chat.since):
        conversation.recall(earlier.understood, earlier.text)
    return conversation


async def _stream(asking: Asking, live: Live, conversation: Conversation | None) -> Reply | None:
    turn, question = asking.turn, asking.understood
    make = partial(_events, turn.desk.app, question, conversation)
    async with aclosing(turn.desk.workshop.stream(make, stop=turn.work.stop)) as events:
        async for event in events:
            match event:
                case Question():
                    asking.understood = event
                case Claimed(claim):
                    asking.claims.append(claim)
                case Finished(reply):
                    return reply
            if shown := pieces(asking.grown):
                live.show(shown[-1 if turn.place.private else 0])
    return None


def _events(app: App, question: Question, conversation: Conversation | None) -> "Iterator[Question | Event]":
    """The question as it stands alone, which a model may have to say, then the engine's events."""
    understood = conversation.understand(question) if conversation else question
    yield understood
    yield from app.engine.stream(understood)


def _finished(asking: Asking, reply: Reply) -> None:
    _close(asking, [*asking.lead, *reply_groups(reply)], reply)
    outcome = "answered" if isinstance(reply, Answer) else "refused"
    asking.turn.desk.metrics.replies.labels(outcome).inc()
    cited, confidence = len(citations(reply)), round(reply.confidence, 3)
    log.info(outcome, update=asking.turn.update_id, note=reply.note, sentences=cited, confidence=confidence)


def _stopped(asking: Asking) -> None:
    """Keep what was said until then."""
    asking.turn.desk.metrics.replies.labels("stopped").inc()
    if asking.claims:
        _partial(asking, messages.STOPPED)
    elif asking.turn.shown is not None:  # the message it would have grown in
        asking.turn.say(messages.STOPPED)


def _failed(asking: Asking, error: Exception) -> None:
    turn = asking.turn
    turn.desk.metrics.replies.labels("failed").inc()
    log.error("failed", update=turn.update_id, **described(error))
    if asking.claims:
        _partial(asking, messages.OUTAGE_DURING)
    else:
        turn.say(messages.OUTAGE)


def _partial(asking: Asking, note: Message) -> None:
    reply = Answer(asking.understood, tuple(asking.claims), 0.0, "", ())
    _close(asking, [*asking.grown, Group(tuple(spoken(note, asking.turn.language)))], reply)


def _close(asking: Asking, groups: list[Group], reply: Reply) -> None:
    """Say it, keep it, count it."""
    turn, asked = asking.turn, asking.asked
    answer = given(reply, asked=asked.text, update_id=turn.update_id, chat_id=turn.chat.id, person_id=turn.person_id)
    turn.tell(groups, rows=answer_buttons(answer), reply=turn.reply or native_reply(turn, answer.best))
    turn.tokens += max(_tokens(reply) - count_tokens(asked.text), 0)  # the question was counted when it began
    turn.changes += [lambda: _keep(turn, answer), turn.count]


def _keep(turn: Turn, answer: Given) -> None:
    """Remember the answer, unless it shows an article that was removed while it was being given."""
    if turn.work.gone.isdisjoint(cited.article_id for cited in answer.cited):
        turn.desk.answers.keep(answer)


def _tokens(reply: Reply) -> int:
    """Tokens that the model read and wrote for the reply, as its server counts them or as we do."""
    if reply.usage.tokens_in:
        return reply.usage.tokens_in + reply.usage.tokens_out
    claims = [claim.text for claim in reply.claims] if isinstance(reply, Answer) else []
    read = [evidence.sentence.text for evidence in reply.evidence]
    return sum(count_tokens(text) for text in (reply.question.text, *claims, *read))


BUTTONS_IN_ROW = 8
MOST_BUTTONS = 96
SHOWN = 5
LEAST_CHARACTERS = 3
CACHED_SECONDS = 10


async def suggest_sentences(turn: Turn, query_id: str, text: str) -> None:
    """Answer an inline query with the sentences nearest to it, of the person's own and the shared articles."""
    results: list[dict[str, Any]] = []
    title = messages.INLINE_OPEN(turn.language)
    if len(text.strip()) >= LEAST_CHARACTERS:
        try:
            if wait := _wait(turn):
                title = messages.INLINE_WAIT(turn.language, wait=duration(wait, turn.language))
            else:
                results = await _results(turn, text)
        except Exception as error:  # noqa: BLE001 – an empty list says nothing wrong, and there is no place to say more
            log.error("inline failed", update=turn.update_id, **described(error))  # noqa: TRY400 – not the error's own words
    turn.calls.append(_answer(query_id, results, title))


def refuse(turn: Turn, query_id: str) -> None:
    """Tell a stranger that the bot is private."""
    turn.calls.append(_answer(query_id, [], messages.INLINE_STRANGER(turn.language)))


def _wait(turn: Turn) -> float:
    """Seconds until sentences may be looked for again; counts the query if that is now."""
    reached = turn.desk.limits.reached(turn.person_id, update_id=turn.update_id, asking=False)
    return reached.wait if reached else turn.desk.limits.typed(turn.person_id)


async def _results(turn: Turn, text: str) -> list[dict[str, Any]]:
    try:
        question: Question = read_question(plain(text), language="auto")
    except QuestionError:
        return []
    article_id = turn.chat.article[1] if turn.chat.article else None
    retriever, spaces = turn.desk.app.retriever, turn.chat.spaces
    try:
        found = await turn.desk.reading.run(lambda: retriever.find(question.text, article_id=article_id, spaces=spaces))
    except NoArticles:
        return []
    shown = (_result(evidence) for evidence in found.evidence[:SHOWN])
    return [result for result in shown if result]


def _result(evidence: Evidence) -> dict[str, Any] | None:
    article, sentence = evidence.article, evidence.sentence
    place, link = place_of(article, sentence), link_of(article, sentence)
    cited = Cited(article.id, article.title, article.language, sentence.position, sentence.text, 0, place, link)
    content = pieces(cited_groups([cited], numbered=False))
    if len(content) != 1:
        return None  # a sentence longer than a message cannot be sent by a tap
    return {
        "type": "article",
        "id": f"{article.id}:{sentence.position}",
        "title": one_line(article.title),
        "description": one_line(sentence.text),
        "input_message_content": {"message_text": content[0].text, "entities": list(content[0].entities)},
    }


def _answer(query_id: str, results: list[dict[str, Any]], title: str) -> Call:
    return Call(
        "answer_inline_query",
        {
            "inline_query_id": query_id,
            "results": results,
            "is_personal": True,
            "cache_time": CACHED_SECONDS,
            "button": {"text": title, "start_parameter": "inline"},
        },
    )


SEEDS = Path(__file__).resolve().parents[3] / "seeds"
QUESTIONS_SHOWN = 3
SIMPLE = {"number", "date", "place", "person", "organisation", "reason"}
"""Tags of questions that show a stranger what can be asked; others test what is hard."""


async def suggest(turn: Turn) -> list[str]:
    """Up to three questions in the person's language that can be asked here."""
    shelved = await turn.desk.reading.run(turn.shelf.list)
    known = _known(shelved, turn.language)
    shown = min(QUESTIONS_SHOWN, len(known))
    return [known[len(known) * number // shown] for number in range(shown)]


def _known(shelved: list[Shelved], language: Language) -> list[str]:
    sources = {one.record.source for one in shelved if not one.own and one.record.language == language}
    return [question for source, question in _questions(language) if source in sources]


@cache
def _questions(language: Language) -> list[tuple[str, str]]:
    """(source of the article, question) of the answerable questions that came with us."""
    cases = []
    for file in sorted(SEEDS.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            case = json.loads(line)
            spoken = case.get("language") or language_of(case["question"])
            if case.get("answerable", True) and spoken == language and set(case.get("tags", ())) <= SIMPLE:
                cases.append((str((SEEDS / case["article"]).resolve()), case["question"]))
    return cases
