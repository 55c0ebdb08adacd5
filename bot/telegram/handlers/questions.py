"""Questions: answers in the chat, shown as they grow, then kept; the buttons below them; sentences inline.

Also the questions that a person is offered at the start.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from bot import messages as common
from bot.bootstrap import App
from bot.conversation import Conversation
from bot.messages import Message
from bot.questions import MOST_CHARACTERS, read_question
from bot.rendering.reply_text import citations
from bot.telegram.handlers.context import UpdateContext
from bot.telegram.monitoring import describe_error, log
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import ApiCall, Button, ProgressMessage, button, link_button
from bot.telegram.outgoing.messages import duration
from bot.telegram.outgoing.texts import (
    Section,
    cite,
    cited_sections,
    claim_sections,
    message_section,
    one_line,
    paragraph_sections,
    reply_sections,
    sanitize,
    split_into_messages,
    understood_section,
)
from bot.telegram.state.chat_library import ChatArticle, ChatLibrary
from bot.telegram.state.chats import StoredAnswer, Verdict
from bot.types import Answer, Claim, Claimed, Event, Finished, Question, Refusal, Reply
from config.errors import NoArticles, QuestionError, UnknownArticle
from index.text.passages import count_tokens
from index.text.search_form import language_of
from index.types import Evidence, Language

DEEP_LINK = "a_"
"""What the parameter of a deep link that opens an article begins with; the article's id follows."""
BUTTONS_IN_ROW = 8
MOST_BUTTONS = 96
INLINE_SHOWN = 5
INLINE_LEAST_CHARACTERS = 3
INLINE_CACHED_SECONDS = 10
SEEDS = Path(__file__).resolve().parents[3] / "seeds"
SUGGESTED = 3
SIMPLE = {"number", "date", "place", "person", "organisation", "reason"}
"""Tags of questions that show a stranger what can be asked; others test what is hard."""


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
    def sections(self) -> list[Section]:
        """What there is of the answer so far."""
        return [*self.lead, *claim_sections(self.claims, self.asked.language)]


async def ask(context: UpdateContext, text: str, *, quote: str = "", article_id: str | None = None) -> None:
    """Answer a question about the active article, or about another; `quote` are words it refers to."""
    active = context.chat.article.article_id if context.chat.article else None
    question = _question(context, text, article_id or active)
    if question is None:
        return
    if not context.within_limits(asking=True):
        context.services.metrics.replies.labels("limited").inc()
        return
    context.running.answering = True
    context.use(count_tokens(question.text), question=True)
    answer = AnswerInProgress(context, question, quote, question)
    async with context.progress() as progress:
        try:
            reply = await _reply(answer, progress)
        except NoArticles:
            context.say(messages.ARTICLES_NONE)
            return
        except UnknownArticle:
            context.change(context.services.chats.set_active_article, context.chat.id, None)
            context.say(messages.NO_ARTICLE)
            return
        except Exception as error:  # noqa: BLE001 – whatever failed, it is not the article that does not say
            log.error("failed", update=context.update_id, **describe_error(error))
            _cut_short(answer, "failed", messages.OUTAGE_DURING, messages.OUTAGE)
            return
    if reply is not None:
        _finish(answer, reply)
    else:  # what grows in a message of a group must not seem to go on
        growing = context.progress_message is not None
        _cut_short(answer, "stopped", messages.STOPPED, messages.STOPPED if growing else None)


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


async def _reply(answer: AnswerInProgress, progress: ProgressMessage) -> Reply | None:
    """The whole reply, or None if it was stopped."""
    if not answer.quote:
        return await _stream(answer, progress, _conversation(answer.context))
    reply = await _stream(answer, progress, None)
    if isinstance(reply, Refusal):  # the words alone did not do: ask with what they refer to
        answer.understood = replace(answer.asked, text=f"{answer.asked.text} «{sanitize(answer.quote)}»")
        reply = await _stream(answer, progress, None)
    return reply


def _conversation(context: UpdateContext) -> Conversation:
    """What this person and the bot said here since the last /new."""
    conversation = context.services.app.new_conversation()
    for earlier in context.services.answers.last(context.chat.id, context.person_id, since=context.chat.since):
        conversation.add_turn(earlier.understood, earlier.text)
    return conversation


async def _stream(
    answer: AnswerInProgress, progress: ProgressMessage, conversation: Conversation | None
) -> Reply | None:
    context = answer.context
    make = partial(_events, context.services.app, answer.understood, conversation)
    async with aclosing(context.services.workers.stream(make, stop=context.running.stop)) as events:
        async for event in events:
            match event:
                case Question():
                    answer.understood = event
                case Claimed(claim):
                    answer.claims.append(claim)
                case Finished(reply):
                    return reply
            if shown := split_into_messages(answer.sections):
                progress.show(shown[-1 if context.destination.private else 0])
    return None


def _events(app: App, question: Question, conversation: Conversation | None) -> "Iterator[Question | Event]":
    """The question as it stands alone, which a model may have to say, then the engine's events."""
    understood = conversation.understand(question) if conversation else question
    yield understood
    yield from app.engine.stream(understood)


def _finish(answer: AnswerInProgress, reply: Reply) -> None:
    context = answer.context
    _send(answer, [*answer.lead, *reply_sections(reply)], reply)
    outcome = "answered" if isinstance(reply, Answer) else "refused"
    context.services.metrics.replies.labels(outcome).inc()
    cited, confidence = len(citations(reply)), round(reply.confidence, 3)
    log.info(outcome, update=context.update_id, note=reply.note, sentences=cited, confidence=confidence)


def _cut_short(answer: AnswerInProgress, outcome: str, note: Message, otherwise: Message | None) -> None:
    """Keep what was claimed until then, with a note; where nothing was, say something else, if anything."""
    context = answer.context
    context.services.metrics.replies.labels(outcome).inc()
    if answer.claims:
        reply = Answer(answer.understood, tuple(answer.claims), 0.0, "", ())
        _send(answer, [*answer.sections, message_section(note, context.language)], reply)
    elif otherwise:
        context.say(otherwise)


def _send(answer: AnswerInProgress, sections: list[Section], reply: Reply) -> None:
    """Say it, keep it, count it."""
    context, asked = answer.context, answer.asked.text
    ids = {"update_id": context.update_id, "chat_id": context.chat.id, "person_id": context.person_id}
    stored = StoredAnswer.from_reply(reply, asked=asked, **ids)
    context.send(sections, rows=answer_buttons(stored), reply=context.reply or context.quote(stored.best))
    context.change(_store, context, stored)
    # The question was counted when it began.
    context.use(max(_tokens(reply) - count_tokens(asked), 0), when_done=True)


def _store(context: UpdateContext, answer: StoredAnswer) -> None:
    """Remember the answer, unless it shows an article that was removed while it was being given."""
    if context.running.removed.isdisjoint(cited.article_id for cited in answer.cited):
        context.services.answers.add(answer)


def _tokens(reply: Reply) -> int:
    """Tokens that the model read and wrote for the reply, as its server counts them or as we do."""
    if reply.usage.tokens_in:
        return reply.usage.tokens_in + reply.usage.tokens_out
    claims = [claim.text for claim in reply.claims] if isinstance(reply, Answer) else []
    read = [evidence.sentence.text for evidence in reply.evidence]
    return sum(count_tokens(text) for text in (reply.question.text, *claims, *read))


def answer_buttons(answer: StoredAnswer) -> list[list[Button]]:
    """A button for each sentence, and for what one thinks of the answer."""
    ratings = [button("👍", f"f:{answer.id}:up"), button("👎", f"f:{answer.id}:down")]
    return [*_numbered(answer, "[{}]", "s", BUTTONS_IN_ROW), ratings]


def wrong_sentence_buttons(answer: StoredAnswer) -> list[list[Button]]:
    """A button for each sentence that may be the wrong one."""
    return _numbered(answer, "✗ [{}]", "w", BUTTONS_IN_ROW // 2)


def _numbered(answer: StoredAnswer, label: str, kind: str, in_row: int) -> list[list[Button]]:
    """Rows of buttons, one for each sentence that an answer cites by number."""
    count = min(len(answer.cited), MOST_BUTTONS) if answer.answered else 0
    made = [button(label.format(number), f"{kind}:{answer.id}:{number}") for number in range(1, count + 1)]
    return [made[start : start + in_row] for start in range(0, count, in_row)]


async def show_sentence(context: UpdateContext, args: Sequence[str]) -> str | None:
    """Show a cited sentence in its paragraph, for a button with the answer's id and the sentence's number."""
    answer, number = _answer(context, args[0]), int(args[1])
    if answer is None or not 0 < number <= len(answer.cited):
        return messages.TOO_OLD(context.language)
    cited = answer.cited[number - 1]
    found = await context.read(ChatLibrary.sentence, cited.article_id, cited.position, cited.text)
    if found is None:
        gone = message_section(messages.SENTENCE_GONE, context.language)
        context.send([gone, *cited_sections([cited], numbered=False)])
        return None
    rows = []
    if found.shared and not context.destination.private:  # in groups, a way to ask about a shared article in private
        url = f"https://t.me/{context.services.username}?start={DEEP_LINK}{cited.article_id}"
        rows = [[link_button(messages.OPEN_ARTICLE(context.language), url)]]
    sections = paragraph_sections(found.article, found.paragraph, found.sentence, context.language)
    context.send(sections, rows=rows, reply=context.quote(cited))
    return None


async def rate_answer(context: UpdateContext, args: Sequence[str]) -> str | None:
    """Note what the person thinks of an answer, for a button with its id and "up" or "down"."""
    answer, verdict = _answer(context, args[0]), args[1]
    if answer is None:
        return messages.TOO_OLD(context.language)
    context.change(context.services.answers.rate, answer.id, context.person_id, "up" if verdict == "up" else "down")
    if verdict != "up" and (rows := wrong_sentence_buttons(answer)):
        context.say(messages.WHICH_WRONG, rows=rows)
        return None
    return messages.THANKS(context.language)


async def mark_sentence_wrong(context: UpdateContext, args: Sequence[str]) -> str | None:
    """Note that a cited sentence is wrong, for a button with the answer's id and the sentence's number."""
    answer, number = _answer(context, args[0]), int(args[1])
    if answer is None or not 0 < number <= len(answer.cited):
        return messages.TOO_OLD(context.language)
    context.change(context.services.answers.rate, answer.id, context.person_id, "wrong", sentence=number)
    return messages.MARKED_WRONG(context.language, number=number)


def _answer(context: UpdateContext, answer_id: str) -> StoredAnswer | None:
    return context.services.answers.get(int(answer_id), chat_id=context.chat.id)


def rate_by_reaction(context: UpdateContext, message_id: int, emojis: set[str]) -> None:
    """Take 👍 and 👎 on an answer as buttons."""
    answer = context.answer_in(message_id)
    if answer and not emojis.isdisjoint("👍👎"):
        verdict: Verdict = "up" if "👍" in emojis else "down"
        context.change(context.services.answers.rate, answer.id, context.person_id, verdict)


async def answer_inline_query(context: UpdateContext, query_id: str, text: str) -> None:
    """Answer an inline query with the sentences nearest to it, of the person's own and the shared articles.

    No model: it would be too slow.
    """
    results: list[dict[str, Any]] = []
    title = messages.INLINE_OPEN(context.language)
    if len(text.strip()) >= INLINE_LEAST_CHARACTERS:
        try:
            if wait := _inline_wait(context):
                title = messages.INLINE_WAIT(context.language, wait=duration(wait, context.language))
            else:
                results = await _inline_results(context, text)
        except Exception as error:  # noqa: BLE001 – an empty list says nothing wrong, and there is no place to say more
            log.error("inline failed", update=context.update_id, **describe_error(error))
    context.calls.append(_inline_answer(query_id, results, title))


def refuse_inline_query(context: UpdateContext, query_id: str) -> None:
    """Tell a stranger that the bot is private."""
    context.calls.append(_inline_answer(query_id, [], messages.INLINE_STRANGER(context.language)))


def _inline_wait(context: UpdateContext) -> float:
    """Seconds until sentences may be looked for again; counts the query if that is now."""
    limits = context.services.limits
    reached = limits.reached(context.person_id, update_id=context.update_id, asking=False)
    return reached.wait if reached else limits.count_inline(context.person_id)


async def _inline_results(context: UpdateContext, text: str) -> list[dict[str, Any]]:
    try:
        question: Question = read_question(sanitize(text), language="auto")
    except QuestionError:
        return []
    article_id = context.chat.article.article_id if context.chat.article else None
    find = partial(
        context.services.app.retriever.find, question.text, article_id=article_id, spaces=context.chat.spaces
    )
    try:
        found = await context.services.readers.run(find)
    except NoArticles:
        return []
    shown = (_inline_result(evidence) for evidence in found.evidence[:INLINE_SHOWN])
    return [result for result in shown if result]


def _inline_result(evidence: Evidence) -> dict[str, Any] | None:
    article, sentence = evidence.article, evidence.sentence
    texts = split_into_messages(cited_sections([cite(article, sentence)], numbered=False))
    if len(texts) != 1:
        return None  # a sentence longer than a message cannot be sent by a tap
    return {
        "type": "article",
        "id": f"{article.id}:{sentence.position}",
        "title": one_line(article.title),
        "description": one_line(sentence.text),
        "input_message_content": {"message_text": texts[0].text, "entities": list(texts[0].entities)},
    }


def _inline_answer(query_id: str, results: list[dict[str, Any]], title: str) -> ApiCall:
    return ApiCall(
        "answer_inline_query",
        {
            "inline_query_id": query_id,
            "results": results,
            "is_personal": True,
            "cache_time": INLINE_CACHED_SECONDS,
            "button": {"text": title, "start_parameter": "inline"},
        },
    )


async def suggest_questions(context: UpdateContext) -> list[str]:
    """Up to three questions in the person's language that can be asked here: of the seed test sets.

    Of other articles there are none: a question made of a title or a name is seldom good Arabic, or one they answer.
    """
    known = _known_questions(await context.read(ChatLibrary.articles), context.language)
    shown = min(SUGGESTED, len(known))
    return [known[len(known) * number // shown] for number in range(shown)]


def _known_questions(articles: Sequence[ChatArticle], language: Language) -> list[str]:
    sources = {one.record.source for one in articles if not one.own and one.record.language == language}
    return [question for source, question in _seed_questions(language) if source in sources]


@cache
def _seed_questions(language: Language) -> list[tuple[str, str]]:
    """(source of the article, question) of the answerable questions that came with us."""
    cases = []
    for file in sorted(SEEDS.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            case = json.loads(line)
            asked_in = case.get("language") or language_of(case["question"])
            if case.get("answerable", True) and asked_in == language and set(case.get("tags", ())) <= SIMPLE:
                cases.append((str((SEEDS / case["article"]).resolve()), case["question"]))
    return cases
