"""Evidence → draft: the writers, and the language model that one of them writes with.

`extractive` quotes sentences, `generative` has a model write; both are a `Writer`. What they propose is not trusted:
`bot.grounding.check` decides which claims stand, and `bot.engine` which writer is asked.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from bot.grounding.check import Sources
from bot.types import DraftClaim, Note, Question, Usage, Withheld
from index.retrieval.retriever import RetrievalResult


class Writer(Protocol):
    """The seam: a question and what was found for it → proposed claims, one by one."""

    name: str
    attempts: int
    """How often it may try; after the first time it is told what of its draft was withheld."""
    quotes: bool
    """Whether its claims are the sentences themselves, to the letter."""

    def write(
        self, question: Question, found: RetrievalResult, sources: Sources, withheld: Sequence[Withheld]
    ) -> Iterator[DraftClaim | Usage]:
        """Propose claims that rest on keys of `sources`; say at the end what that cost.

        Raises: WriterFailed, and Declined where the evidence does not answer.
        """
        ...


class WriterFailed(Exception):
    """The writer could not write; the note says why, for a person."""

    def __init__(self, note: Note) -> None:
        super().__init__(note.value)
        self.note = note


class Declined(Exception):
    """The writer says that the evidence does not answer the question."""
