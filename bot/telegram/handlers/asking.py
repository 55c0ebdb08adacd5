"""A question → its answer in the chat, shown as it grows, then kept."""

from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from bot import messages as common
from bot.bootstrap import App
from bot.conversation import Conversation
from bot.messages import Message
from bot.questions import MOST_CHARACTERS, read_question
from bot.rendering.reply_text import citations
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.cards import answer_buttons, claim_groups, reply_groups, understood_group
from bot.telegram.outgoing.native import native_reply
from bot.telegram.outgoing.progress import Live
from bot.telegram.outgoing.texts import Group, pieces, plain, spoken
from bot.telegram.runtime.logs import described
from bot.telegram.state.answers import Given, given
from bot.telegram.updates.context import Turn
from bot.types import Answer, Claim, Claimed, Event, Finished, Question, Refusal, Reply
from config.errors import NoArticles, QuestionError, UnknownArticle
from index.text.passages import count_tokens

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
    conversation = turn.desk.app.new_conversation()
    for earlier in turn.desk.answers.last(turn.chat.id, turn.person_id, since=turn.chat.since):
        conversation.add_turn(earlier.understood, earlier.text)
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
