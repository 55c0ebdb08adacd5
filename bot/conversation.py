"""Earlier turns of a chat, and how a follow-up becomes a question that stands alone.

Every question is answered from freshly found evidence: what was said before only helps to understand what is asked now.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.types import Answer, Question, Reply
from bot.writers import WriterFailed
from index.passages import count_tokens
from index.text import words
from index.types import Language

HISTORY_TOKENS = 400
"""Most tokens of earlier turns that are remembered."""
SHORT = 3
"""Words of a question that can hardly stand alone."""

_POINTING = frozenset(
    re.findall(
        r"\w+",
        "it its he him his she her they them their there then that this those these one "
        "هو هي هم هما هذا هذه ذلك تلك هناك عنه عنها منه منها فيه فيها له لها بها به اليه اليها",
    )
)
_GOING_ON = frozenset(re.findall(r"\w+", "and also but ومتي واين وكم ومن ولماذا وكيف وهل وما وماذا ولم وفي وعن"))

Rewrite = Callable[[str, Question], str]
"""History and question → the question rewritten to stand alone. Raises: WriterFailed."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was understood, and what was answered."""

    question: str
    answer: str

    def told(self, language: Language) -> str:
        """The turn as text for a model."""
        person, answer = ("السائل", "الجواب") if language == "ar" else ("Person", "Answer")
        return f"{person}: {self.question}\n{answer}: {self.answer}"


class Conversation:
    """The turns of one chat; `rewrite` is the model's way, without it the last question lends its words."""

    def __init__(self, rewrite: Rewrite | None = None) -> None:
        self._rewrite = rewrite
        self._turns: deque[Turn] = deque()

    def understand(self, question: Question) -> Question:
        """Return the question as it stands alone: unchanged, unless it points at earlier turns."""
        if not self._turns or not points_back(question.text):
            return question
        return replace(question, text=self._rewritten(question) or self._joined(question))

    def _rewritten(self, question: Question) -> str:
        """The model's version; empty where there is no model or it fails."""
        if self._rewrite is None:
            return ""
        history = "\n".join(turn.told(question.language) for turn in self._turns)
        try:
            return " ".join(self._rewrite(history, question).split())
        except WriterFailed:
            return ""

    def _joined(self, question: Question) -> str:
        """The question with the last one that stood alone behind it."""
        alone = next((turn.question for turn in reversed(self._turns) if not points_back(turn.question)), "")
        return f"{question.text} ({alone})" if alone else question.text

    def remember(self, question: Question, reply: Reply) -> None:
        """Add a turn, and forget the oldest where there are too many tokens of them."""
        said = " ".join(claim.text for claim in reply.claims) if isinstance(reply, Answer) else ""
        self.recall(question.text, said)

    def recall(self, question: str, answer: str) -> None:
        """Add a turn of which only the texts are known; an empty answer is a refusal."""
        self._turns.append(Turn(question, answer or "—"))
        while len(self._turns) > 1 and sum(count_tokens(turn.told("en")) for turn in self._turns) > HISTORY_TOKENS:
            self._turns.popleft()

    def forget(self) -> None:
        """Begin anew."""
        self._turns.clear()


def points_back(text: str) -> bool:
    """Whether a question leans on what was said before: a pronoun, an "and", or hardly a word."""
    spoken = words(text)
    return len(spoken) <= SHORT or spoken[0] in _GOING_ON or not _POINTING.isdisjoint(spoken)
