"""Inline mode: sentences for what is typed after the bot's name in any chat. No model: it would be too slow."""

from typing import Any

import structlog

from bot.questions import read_question
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.calls import Call
from bot.telegram.outgoing.cards import cited_groups
from bot.telegram.outgoing.origins import link_of, place_of
from bot.telegram.outgoing.texts import one_line, pieces, plain
from bot.telegram.runtime.logs import described
from bot.telegram.state.answers import Cited
from bot.telegram.state.limits import duration
from bot.telegram.updates.context import Turn
from bot.types import Question
from config.errors import NoArticles, QuestionError
from index.types import Evidence

log = structlog.get_logger("sanad.telegram")

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
