"""Which sentences to quote as the answer: the best one, and a neighbour only where the best cannot stand without it.

Choosing evidence for a language model is the retriever's; what the quote proves is grounding's.
"""

from collections.abc import Sequence

from index.retrieval.answer_type import AnswerType, expected_types
from index.text.search_form import words
from index.types import Evidence, Sentence

MOST_QUOTES = 3
"""Sentences quoted at most."""

CLOSE_SCORES = 0.35
"""The second sentence is quoted too where its score is at most this much below the first's: they tell as much."""

_OPENING = 80  # characters that surely hold the first word

_PRONOUNS = (
    "he she it they his her its their this these those such him them "
    "هو هي هم وهو وهي وهم هذا هذه ذلك تلك وهذا وهذه وذلك وتلك هؤلاء وهؤلاء ولكنه لكنه ولكنها لكنها"
)
_GOING_ON = (
    "واضاف واضافت وتابع وتابعت واوضح واوضحت واشار واشارت وقال وقالت واكد واكدت واعرب واعربت وذكر وذكرت وشدد وشددت "
    "واردف واردفت ولفت ولفتت وبين وبينت اضاف اضافت تابع تابعت"
)
_LEANING = frozenset(_PRONOUNS.split())
_SAYING = frozenset(_GOING_ON.split())


def choose_quotes(question: str, evidence: Sequence[Evidence], sentences: Sequence[Sentence]) -> tuple[int, ...]:
    """Return the positions to quote, one to three, in the article's order; `evidence` is best first.

    `sentences` are all of the best evidence's article. A sentence that leans on the one before it takes that one along;
    an almost equal second is quoted too.
    """
    if not evidence:
        return ()
    asks_who = AnswerType.PERSON in expected_types(question)
    best = evidence[0]
    chosen = [best.sentence.position]
    second = next((one for one in evidence[1:] if one.article.id == best.article.id), None)
    if second and best.score - second.score <= CLOSE_SCORES:
        chosen.append(second.sentence.position)
    for position in tuple(chosen):
        before = position - 1
        if (
            before >= 0
            and before not in chosen
            and len(chosen) < MOST_QUOTES
            and depends_on_previous(sentences[position], asks_who=asks_who)
        ):
            chosen.append(before)
    return tuple(sorted(chosen))


def depends_on_previous(sentence: Sentence, *, asks_who: bool) -> bool:
    """Say whether a sentence opens with a pronoun, whose meaning is in the sentence before.

    Or with "وأضاف": what was added stands alone; who added it is in the sentence before, if that is asked.
    """
    opening = words(sentence.text[:_OPENING])
    return bool(opening) and (opening[0] in _LEANING or (asks_who and opening[0] in _SAYING))
