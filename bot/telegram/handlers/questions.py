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
from bot.telegram.handlers.context import UpdateContext, quote_reply
from bot.telegram.monitoring import describe_error
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import ApiCall, Button, ProgressMessage, button
from bot.telegram.outgoing.texts import (
    CitedSentence,
    Section,
    cited_sections,
    claim_sections,
    link_of,
    localize,
    one_line,
    place_of,
    reply_sections,
    sanitize,
    split_into_messages,
    understood_section,
)
from bot.telegram.state.chat_library import ChatArticle
from bot.telegram.state.chats import StoredAnswer, duration, given
from bot.types import Answer, Claim, Claimed, Event, Finished, Question, Refusal, Reply
from config.errors import NoArticles, QuestionError, UnknownArticle
from index.text.passages import count_tokens
from index.text.search_form import language_of
from index.types import Evidence, Language

log = structlog.get_logger("sanad.telegram")


@dataclass
class AnswerInProgress:
    """A question being answered: as it was typed, as it is understood, and what was claimed so far."""

    context: UpdateContext
    asked: Question
    quote: str
    understood: Question
    claims: list[Claim] = field(default_factory=list)

    @property
    def lead(self) -> list[Section]:
        """What a follow-up was understood as, for the person to see."""
        follows = self.understood.text != self.asked.text and not self.quote
        return [understood_section(self.understood.text, self.asked.language)] if follows else []

    @property
    def grown(self) -> list[Section]:
        """What there is of the answer so far."""
        return [*self.lead, *claim_sections(self.claims, self.asked.language)]


def answer_buttons(answer: StoredAnswer) -> list[list[Button]]:
    """A button for each sentence, and for what one thinks of the answer."""
    count = min(len(answer.cited), MOST_BUTTONS) if answer.answered else 0
    numbers = [button(f"[{number}]", f"s:{answer.id}:{number}") for number in range(1, count + 1)]
    rows = [numbers[start : start + BUTTONS_IN_ROW] for start in range(0, count, BUTTONS_IN_ROW)]
    return [*rows, [button("👍", f"f:{answer.id}:up"), button("👎", f"f:{answer.id}:down")]]


def wrong_buttons(answer: StoredAnswer) -> list[list[Button]]:
    """A button for each sentence that may be the wrong one."""
    count = min(len(answer.cited), MOST_BUTTONS) if answer.answered else 0
    numbers = [button(f"✗ [{number}]", f"w:{answer.id}:{number}") for number in range(1, count + 1)]
    return [numbers[start : start + BUTTONS_IN_ROW // 2] for start in range(0, count, BUTTONS_IN_ROW // 2)]


async def ask(context: UpdateContext, text: str, *, quote: str = "", article_id: str | None = None) -> None:
    """Answer a question about the active article, or about another; `quote` are words it refers to."""
    active = context.chat.article[1] if context.chat.article else None
    question = _question(context, text, article_id or active)
    if question is None or _limited(context):
        return
    context.work.asking = True
    context.spend(count_tokens(question.text), question=True)
    asking = AnswerInProgress(context, question, quote, question)
    async with context.live() as live:
        try:
            reply = await _reply(asking, live)
        except NoArticles:
            context.say(messages.ARTICLES_NONE)
            return
        except UnknownArticle:
            context.changes.append(lambda: context.services.chats.choose(context.chat.id, None))
            context.say(messages.NO_ARTICLE)
            return
        except Exception as error:  # noqa: BLE001 – whatever failed, it is not the article that does not say
            _failed(asking, error)
            return
    _stopped(asking) if reply is None else _finished(asking, reply)


def _question(context: UpdateContext, text: str, article_id: str | None) -> Question | None:
    try:
        question = read_question(sanitize(text), language="auto")
    except QuestionError:
        if len(text.strip()) > MOST_CHARACTERS:
            context.say(common.QUESTION_TOO_LONG, length=len(text), limit=MOST_CHARACTERS)
        else:
            context.say(messages.QUESTION_EMPTY)
        return None
    return replace(question, article_id=article_id, spaces=context.chat.spaces)


def _limited(context: UpdateContext) -> bool:
    reached = context.services.limits.reached(context.person_id, update_id=context.update_id, asking=True)
    if reached is None:
        return False
    context.services.metrics.replies.labels("limited").inc()
    context.say(reached.message, **reached.values(context.language))
    return True


async def _reply(asking: AnswerInProgress, live: ProgressMessage) -> Reply | None:
    """The whole reply, or None if it was stopped."""
    if not asking.quote:
        return await _stream(asking, live, _conversation(asking.context))
    reply = await _stream(asking, live, None)
    if isinstance(reply, Refusal):  # the words alone did not do: ask with what they refer to
        asking.understood = replace(asking.asked, text=f"{asking.asked.text} «{sanitize(asking.quote)}»")
        reply = await _stream(asking, live, None)
    return reply


def _conversation(context: UpdateContext) -> Conversation:
    """What this person and the bot said here since the last /new."""
    conversation = context.services.app.converse()
    for earlier in context.services.answers.last(context.chat.id, context.person_id, since=context.chat.since):
        conversation.recall(earlier.understood, earlier.text)
    return conversation


async def _stream(asking: AnswerInProgress, live: ProgressMessage, conversation: Conversation | None) -> Reply | None:
    context, question = asking.context, asking.understood
    make = partial(_events, context.services.app, question, conversation)
    async with aclosing(context.services.workers.stream(make, stop=context.work.stop)) as events:
        async for event in events:
            match event:
                case Question():
                    asking.understood = event
                case Claimed(claim):
                    asking.claims.append(claim)
                case Finished(reply):
                    return reply
            if shown := split_into_messages(asking.grown):
                live.show(shown[-1 if context.place.private else 0])
    return None


def _events(app: App, question: Question, conversation: Conversation | None) -> "Iterator[Question | Event]":
    """The question as it stands alone, which a model may have to say, then the engine's events."""
    understood = conversation.understand(question) if conversation else question
    yield understood
    yield from app.engine.stream(understood)


def _finished(asking: AnswerInProgress, reply: Reply) -> None:
    _close(asking, [*asking.lead, *reply_sections(reply)], reply)
    outcome = "answered" if isinstance(reply, Answer) else "refused"
    asking.context.services.metrics.replies.labels(outcome).inc()
    cited, confidence = len(citations(reply)), round(reply.confidence, 3)
    log.info(outcome, update=asking.context.update_id, note=reply.note, sentences=cited, confidence=confidence)


def _stopped(asking: AnswerInProgress) -> None:
    """Keep what was said until then."""
    asking.context.services.metrics.replies.labels("stopped").inc()
    if asking.claims:
        _partial(asking, messages.STOPPED)
    elif asking.context.shown is not None:  # the message it would have grown in
        asking.context.say(messages.STOPPED)


def _failed(asking: AnswerInProgress, error: Exception) -> None:
    context = asking.context
    context.services.metrics.replies.labels("failed").inc()
    log.error("failed", update=context.update_id, **describe_error(error))
    if asking.claims:
        _partial(asking, messages.OUTAGE_DURING)
    else:
        context.say(messages.OUTAGE)


def _partial(asking: AnswerInProgress, note: Message) -> None:
    reply = Answer(asking.understood, tuple(asking.claims), 0.0, "", ())
    _close(asking, [*asking.grown, Section(tuple(localize(note, asking.context.language)))], reply)


def _close(asking: AnswerInProgress, sections: list[Section], reply: Reply) -> None:
    """Say it, keep it, count it."""
    context, asked = asking.context, asking.asked
    answer = given(
        reply, asked=asked.text, update_id=context.update_id, chat_id=context.chat.id, person_id=context.person_id
    )
    context.tell(sections, rows=answer_buttons(answer), reply=context.reply or quote_reply(context, answer.best))
    context.tokens += max(_tokens(reply) - count_tokens(asked.text), 0)  # the question was counted when it began
    context.changes += [lambda: _keep(context, answer), context.count]


def _keep(context: UpdateContext, answer: StoredAnswer) -> None:
    """Remember the answer, unless it shows an article that was removed while it was being given."""
    if context.work.gone.isdisjoint(cited.article_id for cited in answer.cited):
        context.services.answers.keep(answer)


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


async def answer_inline_query(context: UpdateContext, query_id: str, text: str) -> None:
    """Answer an inline query with the sentences nearest to it, of the person's own and the shared articles."""
    results: list[dict[str, Any]] = []
    title = messages.INLINE_OPEN(context.language)
    if len(text.strip()) >= LEAST_CHARACTERS:
        try:
            if wait := _wait(context):
                title = messages.INLINE_WAIT(context.language, wait=duration(wait, context.language))
            else:
                results = await _results(context, text)
        except Exception as error:  # noqa: BLE001 – an empty list says nothing wrong, and there is no place to say more
            log.error("inline failed", update=context.update_id, **describe_error(error))  # noqa: TRY400 – not the error's own words
    context.calls.append(_answer(query_id, results, title))


def refuse_inline_query(context: UpdateContext, query_id: str) -> None:
    """Tell a stranger that the bot is private."""
    context.calls.append(_answer(query_id, [], messages.INLINE_STRANGER(context.language)))


def _wait(context: UpdateContext) -> float:
    """Seconds until sentences may be looked for again; counts the query if that is now."""
    reached = context.services.limits.reached(context.person_id, update_id=context.update_id, asking=False)
    return reached.wait if reached else context.services.limits.typed(context.person_id)


async def _results(context: UpdateContext, text: str) -> list[dict[str, Any]]:
    try:
        question: Question = read_question(sanitize(text), language="auto")
    except QuestionError:
        return []
    article_id = context.chat.article[1] if context.chat.article else None
    retriever, spaces = context.services.app.retriever, context.chat.spaces
    try:
        found = await context.services.reading.run(
            lambda: retriever.find(question.text, article_id=article_id, spaces=spaces)
        )
    except NoArticles:
        return []
    shown = (_result(evidence) for evidence in found.evidence[:SHOWN])
    return [result for result in shown if result]


def _result(evidence: Evidence) -> dict[str, Any] | None:
    article, sentence = evidence.article, evidence.sentence
    place, link = place_of(article, sentence), link_of(article, sentence)
    cited = CitedSentence(article.id, article.title, article.language, sentence.position, sentence.text, 0, place, link)
    content = split_into_messages(cited_sections([cited], numbered=False))
    if len(content) != 1:
        return None  # a sentence longer than a message cannot be sent by a tap
    return {
        "type": "article",
        "id": f"{article.id}:{sentence.position}",
        "title": one_line(article.title),
        "description": one_line(sentence.text),
        "input_message_content": {"message_text": content[0].text, "entities": list(content[0].entities)},
    }


def _answer(query_id: str, results: list[dict[str, Any]], title: str) -> ApiCall:
    return ApiCall(
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


async def suggest_questions(context: UpdateContext) -> list[str]:
    """Up to three questions in the person's language that can be asked here."""
    articles = await context.services.reading.run(context.shelf.list)
    known = _known(articles, context.language)
    shown = min(QUESTIONS_SHOWN, len(known))
    return [known[len(known) * number // shown] for number in range(shown)]


def _known(articles: list[ChatArticle], language: Language) -> list[str]:
    sources = {one.record.source for one in articles if not one.own and one.record.language == language}
    return [question for source, question in _questions(language) if source in sources]


@cache
def _questions(language: Language) -> list[tuple[str, str]]:
    """(source of the article, question) of the answerable questions that came with us."""
    cases = []
    for file in sorted(SEEDS.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            case = json.loads(line)
            language_asked = case.get("language") or language_of(case["question"])
            if case.get("answerable", True) and language_asked == language and set(case.get("tags", ())) <= SIMPLE:
                cases.append((str((SEEDS / case["article"]).resolve()), case["question"]))
    return cases
