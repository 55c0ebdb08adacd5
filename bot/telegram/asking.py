"""A question → its answer in the chat, shown as it grows, then kept."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import structlog

from bot import messages as common
from bot.messages import Message
from bot.questions import MOST_CHARACTERS, read_question
from bot.telegram import messages
from bot.telegram.answers import Given, given
from bot.telegram.cards import answer_buttons, claim_groups, reply_groups
from bot.telegram.live import Live
from bot.telegram.logs import described
from bot.telegram.native import native_reply
from bot.telegram.texts import Group, pieces, plain, spoken
from bot.telegram.turn import Turn
from bot.types import Answer, Claim, Claimed, Finished, Question, Refusal, Reply
from config.errors import NoArticles, QuestionError, UnknownArticle
from index.passages import count_tokens

log = structlog.get_logger("sanad.telegram")


async def ask(turn: Turn, text: str, *, quote: str = "", article_id: str | None = None) -> None:
    """Answer a question about the active article, or about another; `quote` are words it refers to."""
    active = turn.chat.article[1] if turn.chat.article else None
    question = _question(turn, text, article_id or active)
    if question is None or _limited(turn):
        return
    claims: list[Claim] = []
    with turn.desk.stopping.watched(turn.place.chat_id) as stop:
        async with turn.live() as live:
            try:
                reply = await _reply(turn, question, stop=stop, live=live, claims=claims)
                if quote and isinstance(reply, Refusal):  # the words alone did not do: ask with what they refer to
                    about = replace(question, text=f"{question.text} «{plain(quote)}»")
                    reply = await _reply(turn, about, stop=stop, live=live, claims=claims)
            except NoArticles:
                turn.say(messages.ARTICLES_NONE)
                return
            except UnknownArticle:
                turn.changes.append(lambda: turn.desk.chats.choose(turn.chat.id, None))
                turn.say(messages.NO_ARTICLE)
                return
            except Exception as error:  # noqa: BLE001 – whatever failed, it is not the article that does not say
                _failed(turn, question, claims, error)
                return
    _stopped(turn, question, claims) if reply is None else _finished(turn, reply)


def _question(turn: Turn, text: str, article_id: str | None) -> Question | None:
    try:
        question = read_question(plain(text), language="auto")
    except QuestionError:
        if any(character.isalnum() for character in text):
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


async def _reply(
    turn: Turn, question: Question, *, stop: asyncio.Event, live: Live, claims: list[Claim]
) -> Reply | None:
    """The whole reply, or None if it was stopped."""
    engine = turn.desk.app.engine
    async with aclosing(turn.desk.workshop.stream(lambda: engine.stream(question), stop=stop)) as events:
        async for event in events:
            match event:
                case Claimed(claim):
                    claims.append(claim)
                    live.show(pieces(claim_groups(claims, question.language))[-1 if turn.place.private else 0])
                case Finished(reply):
                    return reply
    return None


def _finished(turn: Turn, reply: Reply) -> None:
    answer = given(reply, update_id=turn.update_id, chat_id=turn.chat.id, person_id=turn.person_id)
    _close(turn, reply_groups(reply), answer, _tokens(reply))
    outcome = "answered" if isinstance(reply, Answer) else "refused"
    turn.desk.metrics.replies.labels(outcome).inc()
    log.info(
        outcome,
        update=turn.update_id,
        note=reply.note,
        sentences=len(answer.cited),
        confidence=round(reply.confidence, 3),
    )


def _stopped(turn: Turn, question: Question, claims: list[Claim]) -> None:
    """Keep what was said until then."""
    turn.desk.metrics.replies.labels("stopped").inc()
    if claims:
        _partial(turn, question, claims, messages.STOPPED)


def _failed(turn: Turn, question: Question, claims: list[Claim], error: Exception) -> None:
    turn.desk.metrics.replies.labels("failed").inc()
    log.error("failed", update=turn.update_id, **described(error))
    if claims:
        _partial(turn, question, claims, messages.OUTAGE_DURING)
    else:
        turn.say(messages.OUTAGE)


def _partial(turn: Turn, question: Question, claims: list[Claim], note: Message) -> None:
    reply = Answer(question, tuple(claims), 0.0, "", ())
    answer = given(reply, update_id=turn.update_id, chat_id=turn.chat.id, person_id=turn.person_id)
    groups = [*claim_groups(claims, question.language), Group(tuple(spoken(note, turn.language)))]
    _close(turn, groups, answer, _tokens(reply))


def _close(turn: Turn, groups: list[Group], answer: Given, tokens: int) -> None:
    """Say it, keep it, count it."""
    turn.tell(groups, rows=answer_buttons(answer), reply=turn.reply or native_reply(turn, answer.best))
    turn.changes += [
        lambda: turn.desk.answers.keep(answer),
        lambda: turn.desk.limits.use(turn.person_id, update_id=turn.update_id, question=True, tokens=tokens),
    ]


def _tokens(reply: Reply) -> int:
    """Tokens that the model read and wrote for the reply, as its server counts them or as we do."""
    if reply.usage.tokens_in:
        return reply.usage.tokens_in + reply.usage.tokens_out
    claims = [claim.text for claim in reply.claims] if isinstance(reply, Answer) else []
    read = [evidence.sentence.text for evidence in reply.evidence]
    return sum(count_tokens(text) for text in (reply.question.text, *claims, *read))
