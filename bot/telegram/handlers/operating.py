"""The operator's commands, and forgetting what a person gave."""

import time

from bot.bootstrap import bootstrap
from bot.telegram.handlers.receiving import show_progress
from bot.telegram.outgoing import messages
from bot.telegram.state.chat_library import SHARED, Shelf
from bot.telegram.state.traces import TRACES
from bot.telegram.updates.context import Desk, Turn


async def show_stats(turn: Turn, _: str) -> None:
    """Say how much the bot is used, in counts only."""
    if not turn.operator:
        turn.say(messages.OPERATOR_ONLY)
        return
    database, day = turn.desk.database, time.time() - 86_400

    def count(sql: str, *values: object) -> int:
        row = database.row(f"SELECT count(*) AS count FROM {sql}", *values)  # noqa: S608 – our own constants
        return row["count"] if row else 0

    shared = await turn.desk.reading.run(lambda: len(turn.desk.app.library.space(SHARED).records()))
    turn.say(
        messages.STATS,
        chats=count("chats"),
        shared=shared,
        own=count("articles"),
        day=count("answers WHERE asked > ?", day),
        people=count("(SELECT DISTINCT person_id FROM answers WHERE asked > ?)", day),
        answered=count("answers WHERE asked > ? AND answered", day),
        all=count("answers"),
        up=count("feedback WHERE verdict = 'up'"),
        down=count("feedback WHERE verdict != 'up' AND sentence = 0"),
        open=turn.desk.journal.backlog(),
    )


async def reindex(turn: Turn, _: str) -> None:
    """Index again what other settings made."""
    if not turn.operator:
        turn.say(messages.OPERATOR_ONLY)
        return
    settings = turn.desk.app.settings
    async with turn.live() as live:
        progress = show_progress(turn, live, messages.REINDEXING)

        def rebuild() -> int:
            with bootstrap(settings, rebuilding=True, writer="extractive") as app:
                return len(list(app.indexer.rebuild(progress=progress)))

        done = await turn.desk.workshop.run(rebuild)
    turn.say(messages.REINDEXED, count=done)


async def forget_person(turn: Turn) -> None:
    """Delete all that a person gave: articles here and in groups, questions, ratings, settings."""
    person, desk = turn.person_id, turn.desk
    desk.journal.forget(person, before=turn.update_id)
    await desk.stopping.leave_alone(turn.work)  # an article being indexed, an answer being written
    owned = desk.chats.owned(person)
    own_space = desk.chats.get(person).space

    def remove() -> None:
        for space, article_id in owned:
            Shelf(desk.app, space).remove(article_id)
        Shelf(desk.app, own_space).drop()

    await desk.reading.run(remove)

    def forget() -> None:
        for space, article_id in owned:
            disown(desk, space, article_id)
        desk.answers.forget(person)
        desk.chats.forget(person)
        desk.database.note(TRACES, str(time.time()))

    turn.changes.append(forget)
    turn.wipe = True
    turn.say(messages.FORGOTTEN)


def disown(desk: Desk, space: str, article_id: str) -> None:
    """Forget an article that was removed, and in its chat every answer that shows it, also one under way."""
    chat_ids = desk.chats.of(space)
    desk.answers.drop_citing(article_id, chat_ids=chat_ids)
    desk.stopping.remove(article_id, chat_ids=chat_ids)
    desk.chats.disown(space, article_id)
