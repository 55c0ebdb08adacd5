"""Earlier turns of a chat, and how a follow-up becomes a question that stands alone.

Every question is answered from freshly found evidence: what was said before only helps to understand what is asked now.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.types import Answer, Question, Reply, Usage
from index.text.passages import count_tokens
from index.text.search_form import is_arabic, language_of, search_form, words
from index.types import Language

HISTORY_TOKENS = 400
"""Most tokens of earlier turns that are remembered."""
SHORT_QUESTION = 4
"""Words of a question in which nothing else can be what a pronoun means."""
LONGEST_REWRITTEN = 300
"""Characters of a question that a model rewrote."""
_NOUN = 3
"""Letters of the shortest Arabic noun that a pronoun is taken to mean, with its article."""
_LABEL = re.compile(
    r"^\W*(?:rewritten question|rewritten|question|the question|answer|السؤال بعد إعادة كتابته|"
    r"السؤال المعاد صياغته|السؤال)"
    r"\s*[:：]\s*",
    re.IGNORECASE,
)
_FRAME = frozenset(
    re.findall(
        r"\w+",
        "what who whom whose which when where why how is are was were be been do does did has have had can could will "
        "would should the a an of in on at to for from by with and or but also much many long about so not any some "
        "ما ماذا من متي اين هل كم كيف لماذا لم اي ايه في علي الي عن مع بين كان كانت قد و ثم ومتي واين وكم ومن "
        "ولماذا وكيف وهل وما وماذا ولم وفي وعن الان",
    )
)
"""Words that ask and join, in search form: a question of nothing else has no topic."""
_POINTING = frozenset(
    re.findall(
        r"\w+",
        "it its he him his she her they them their there then that this those these one "
        "هو هي هم هما هذا هذه ذلك تلك هناك عنه عنها منه منها فيه فيها له لها بها به اليه اليها",
    )
)
_GOING_ON = frozenset(re.findall(r"\w+", "and also but ومتي واين وكم ومن ولماذا وكيف وهل وما وماذا ولم وفي وعن"))

Rewrite = Callable[[str, Question], tuple[str, Usage]]
"""History and question → the question rewritten to stand alone, and what that cost; empty where it fails."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was understood, and what was answered."""

    question: str
    answer: str

    def as_text(self, language: Language) -> str:
        """The turn as text for a model."""
        person, answer = ("السائل", "الجواب") if language == "ar" else ("Person", "Answer")
        return f"{person}: {self.question}\n{answer}: {self.answer}"


class Conversation:
    """The turns of one chat; `rewrite` is the model's way, without it the last question lends its words."""

    def __init__(self, rewrite: Rewrite | None = None) -> None:
        self._rewrite = rewrite
        self._turns: deque[Turn] = deque()

    def understand(self, question: Question) -> Question:
        """Return the question as it stands alone: unchanged, unless it is a follow-up."""
        if not self._turns or not is_follow_up(question.text):
            return question
        if self._rewrite is None:
            return replace(question, text=self._joined(question))
        history = "\n".join(turn.as_text(question.language) for turn in self._turns)
        written, spent = self._rewrite(history, question)
        said = f"{question.text} {history}"
        return replace(question, text=parse_rewritten(written, said, question) or self._joined(question), spent=spent)

    def _joined(self, question: Question) -> str:
        """The question with the last one that stood alone behind it."""
        alone = next((turn.question for turn in reversed(self._turns) if not is_follow_up(turn.question)), "")
        return f"{question.text} ({alone})" if alone else question.text

    def remember(self, question: Question, reply: Reply) -> None:
        """Add a turn, and forget the oldest where there are too many tokens of them."""
        said = " ".join(claim.text for claim in reply.claims) if isinstance(reply, Answer) else ""
        self.add_turn(question.text, said)

    def add_turn(self, question: str, answer: str) -> None:
        """Add a turn of which only the texts are known; an empty answer is a refusal."""
        self._turns.append(Turn(question, answer or "—"))
        while len(self._turns) > 1 and sum(count_tokens(turn.as_text("en")) for turn in self._turns) > HISTORY_TOKENS:
            self._turns.popleft()

    def forget(self) -> None:
        """Begin anew."""
        self._turns.clear()


def parse_rewritten(written: str, said: str, question: Question) -> str:
    """Return the question in what a model wrote, without labels and quotes; empty where it wrote something else.

    It must be one question, in the language of the one asked, about something that was said.
    """
    line = next((line for line in written.splitlines() if line.strip(" \t`*#-\"'“”«»")), "")
    text = " ".join(_LABEL.sub("", line.strip(" \t`*#-")).split()).strip(" \t`*\"'“”«»")
    asks = text.endswith(("?", "؟")) and len(text) <= LONGEST_REWRITTEN
    on_topic = not _content_words(said).isdisjoint(_content_words(text))
    return text if asks and on_topic and language_of(text) == question.language else ""


def is_follow_up(text: str) -> bool:
    """Whether a question needs the turns before it: for "and", a pronoun that nothing in it explains, or no topic."""
    spoken = words(text)
    topic = [word for word in spoken if word not in _FRAME and word not in _POINTING]
    if not topic or spoken[0] in _GOING_ON or _has_suffix_alone(text):
        return True
    pointing = next((place for place, word in enumerate(spoken) if word in _POINTING), None)
    if pointing == 1 and spoken[0] in ("ما", "من") and len(topic) + 2 == len(spoken):  # "ما هو البناء الضوئي؟"
        return False
    if pointing is None:
        return False
    # "How much paint do they use?": what comes before names a thing, but nobody who uses it. "Is the bridge open when
    # it rains?": a noun with an article, or a name, is what the pronoun stands for.
    several = spoken[pointing] in ("they", "their", "them")
    return not any(_names_something(text, word) or (several and _is_plural(word)) for word in spoken[:pointing])


def _is_plural(word: str) -> bool:
    return len(word) > _NOUN and word.endswith("s") and word not in _FRAME


def _has_suffix_alone(text: str) -> bool:
    """Say whether a short Arabic question has "its" in its last word, and no noun with an article: "كم يبلغ طوله؟"."""
    spoken = re.findall(r"\w+", text)
    short = len(spoken) <= SHORT_QUESTION and not any(word.startswith(("ال", "لل")) for word in spoken)
    return short and re.fullmatch(r"[\u0620-\u064a]{2,}(?:ه|ها|هم|هما)", spoken[-1] if spoken else "") is not None


def _names_something(text: str, word: str) -> bool:
    """Say whether a word is a name or stands after an article, so that a later pronoun can mean it."""
    if word in _FRAME:
        return False
    if is_arabic(word):
        return len(word) > _NOUN and (word.startswith("ال") or f"ال{word}" in search_form(text))
    found = re.search(rf"(?:\b(?:the|this|that)\s+(?:\w+\s+)?)?\b{re.escape(word)}\b", text, re.IGNORECASE)
    return found is not None and ((found[0][0] in "tT" and " " in found[0]) or found[0][-len(word)].isupper())


def _content_words(text: str) -> set[str]:
    return {word for word in words(text) if len(word) > 2 and word not in _FRAME}
