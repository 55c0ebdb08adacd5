"""Questions for a person to tap at the start: of the seed test sets, where their articles are there.

Of other articles there are none: a question made of a title or a name is seldom good Arabic, or one they answer.
"""

import json
from functools import cache
from pathlib import Path

from bot.telegram.state.chat_library import Shelved
from bot.telegram.updates.context import Turn
from index.text.search_form import language_of
from index.types import Language

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
SHOWN = 3
SIMPLE = {"number", "date", "place", "person", "organisation", "reason"}
"""Tags of questions that show a stranger what can be asked; others test what is hard."""


async def suggest(turn: Turn) -> list[str]:
    """Up to three questions in the person's language that can be asked here."""
    shelved = await turn.desk.reading.run(turn.shelf.list)
    known = _known(shelved, turn.language)
    shown = min(SHOWN, len(known))
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
