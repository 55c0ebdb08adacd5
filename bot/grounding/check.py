"""Drafts → claims a person may see. The only place a `Citation` is made.

A writer is given sentences under opaque keys, and proposes claims with keys. A claim stands if every key was given to
this writer for this question, and it says what the sentences it cites say: to the letter where the writer quotes;
otherwise in the question's language, with nothing that they do not state, and in agreement with them. An answer begins
with a sentence that may carry it: what stands beside it may be true, and no answer.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.grounding.agreement import Agreement, added_reason, invented_quote
from bot.grounding.facts import Kind
from bot.grounding.language import is_in
from bot.grounding.support import Unsupported, find_unsupported
from bot.types import Citation, Claim, DraftClaim, Fault, Question, Withheld
from index.retrieval.answer_type import find_span
from index.retrieval.quote_selection import depends_on_previous
from index.retrieval.retriever import RetrievalResult
from index.text.search_form import words
from index.types import Article, Sentence

Cited = list[tuple[Article, Sentence]]

NEIGHBOURS = (-1, 0, 1, -2)
"""Sentences around each piece of evidence that a writer may cite too, as steps from it."""
BARE_ANSWER = 4
"""Words up to which a claim says something with its question only, such as "In 1971."."""


class Sources:
    """The sentences one writer may cite for one question, each under a key: those around the best evidence first."""

    def __init__(self, found: RetrievalResult) -> None:
        self.source_count = found.source_count
        self._sentences = {str(number): pair for number, pair in enumerate(_with_neighbours(found), 1)}
        self._keys = {(sentence.article_id, sentence.position): key for key, (_, sentence) in self._sentences.items()}
        self._shown = frozenset(self._sentences)
        self._likely = {self.key(one.sentence) for one in found.likely}

    def show(self, keys: Collection[str]) -> None:
        """Let only these be cited from now on: those that a model was shown, and not what it guesses."""
        self._shown = frozenset(keys)

    def key(self, sentence: Sentence) -> str | None:
        """The key of a sentence, if it may be cited."""
        return self._keys.get((sentence.article_id, sentence.position))

    def may_answer(self, keys: Sequence[str]) -> bool:
        """Whether one of the keys stands for a sentence that may carry the answer, and not only for one beside it."""
        return not self._likely.isdisjoint(keys)

    def before(self, sentence: Sentence) -> str | None:
        """The key of the sentence before, if that may be cited."""
        return self._keys.get((sentence.article_id, sentence.position - 1))

    def around(self, sentence: Sentence) -> list[tuple[str, Sentence]]:
        """The sentence, then those before and after it, with their keys."""
        places = ((sentence.article_id, sentence.position + step) for step in (0, -1, 1))
        keys = (self._keys[place] for place in places if place in self._keys)
        return [(key, self._sentences[key][1]) for key in keys]

    def cited(self, keys: Sequence[str]) -> Cited | None:
        """What the keys stand for, or None if any of them was not given."""
        return [self._sentences[key] for key in keys] if self._shown.issuperset(keys) else None


@dataclass(frozen=True, slots=True)
class Grounding:
    """Checks the drafts of one writer for one question; `quotes` says that its claims are quotations."""

    question: Question
    sources: Sources
    agrees: Agreement
    quotes: bool

    def check(self, draft: DraftClaim, *, first: bool = True) -> Claim | Withheld:
        """Return the claim with its citations, or why it does not stand.

        The `first` claim of an answer has to rest on a sentence that may carry the answer; others may add to it.
        """
        cited = self.sources.cited(draft.keys)
        if not cited:
            return Withheld(draft, Fault.UNKNOWN_KEY if cited is None else Fault.NO_KEY)
        if first and not self.sources.may_answer(draft.keys):
            return Withheld(draft, Fault.BESIDE)
        if not self.quotes:
            cited = self._with_names(draft, cited)
        withheld = self._check_quote(draft, cited) if self.quotes else self._check_statement(draft, cited)
        return withheld or Claim(draft.text, tuple(self._cite(article, sentence) for article, sentence in cited))

    def _with_names(self, draft: DraftClaim, cited: Cited) -> Cited:
        """Cite the sentence before one that opens with "he" or "it" too, where it gives the name that the claim gives.

        Only where nothing but names and words is missing: a number has to be in what the writer itself cites.
        """
        kinds = {one.kind for one in self._missing(draft, cited)}
        if not kinds or not kinds <= {Kind.NAME, Kind.WORD}:
            return cited
        before = [
            self.sources.before(sentence) for _, sentence in cited if depends_on_previous(sentence, asks_who=True)
        ]
        wider = self.sources.cited([*dict.fromkeys((*filter(None, before), *draft.keys))]) or cited
        return cited if self._missing(draft, wider) else wider

    def _missing(self, draft: DraftClaim, cited: Cited) -> tuple[Unsupported, ...]:
        return find_unsupported(draft.text, _texts(cited), question=self.question.text)

    def _check_quote(self, draft: DraftClaim, cited: Cited) -> Withheld | None:
        quoted = quotation([sentence for _, sentence in cited])
        return None if draft.text == quoted else Withheld(draft, Fault.NOT_VERBATIM)

    def _check_statement(self, draft: DraftClaim, cited: Cited) -> Withheld | None:
        texts = _texts(cited)
        if not is_in(draft.text, self.question.language, texts):
            return Withheld(draft, Fault.WRONG_LANGUAGE)
        if missing := self._missing(draft, cited):
            return Withheld(draft, Fault.UNSUPPORTED_FACT, tuple(one.text for one in missing))
        if quote := invented_quote(draft.text, texts, self.agrees):
            return Withheld(draft, Fault.UNSUPPORTED_FACT, (quote,))
        said = draft.text if len(words(draft.text)) > BARE_ANSWER else f"{self.question.text} {draft.text}"
        reason = added_reason(draft.text, texts)
        agree = self.agrees(said, texts) and (not reason or self.agrees(reason, texts))
        return None if agree else Withheld(draft, Fault.UNSUPPORTED)

    def _cite(self, article: Article, sentence: Sentence) -> Citation:
        span = find_span(self.question.text, sentence.text)
        return Citation(article, sentence, span, self.sources.source_count(sentence))


def _texts(cited: Cited) -> list[str]:
    return [sentence.text for _, sentence in cited]


def quotation(sentences: Sequence[Sentence]) -> str:
    """The text of a claim that only quotes."""
    return " ".join(sentence.text for sentence in sentences)


def _with_neighbours(found: RetrievalResult) -> Iterator[tuple[Article, Sentence]]:
    """The evidence and its neighbours, each once: the best evidence between its neighbours, then the next."""
    given: set[tuple[str, int]] = set()
    for steps in (NEIGHBOURS[:3], NEIGHBOURS[3:]):
        for evidence in found.evidence:
            indexed = found.articles[evidence.article.id]
            for position in (evidence.sentence.position + step for step in steps):
                if (evidence.article.id, position) not in given and 0 <= position < len(indexed.sentences):
                    given.add((evidence.article.id, position))
                    yield indexed.article, indexed.sentences[position]
