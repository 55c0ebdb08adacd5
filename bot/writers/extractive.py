"""The writer without a model: quotes the sentences that carry the answer. Everything falls back to it."""

from collections.abc import Iterator, Sequence

from bot.grounding.check import Sources, quotation
from bot.types import DraftClaim, Question, Usage, Withheld
from index.retrieval.quote_selection import choose_quotes
from index.retrieval.retriever import RetrievalResult


class ExtractiveWriter:
    """Proposes one claim: a verbatim quotation of one to three sentences."""

    name = "extractive"
    attempts = 1
    quotes = True

    def write(
        self, question: Question, found: RetrievalResult, sources: Sources, withheld: Sequence[Withheld]
    ) -> Iterator[DraftClaim | Usage]:
        """Quote what `index.retrieval.quote_selection` chooses of the best sentence's article."""
        indexed = found.articles[found.evidence[0].article.id]
        chosen = choose_quotes(question.text, found.evidence, indexed.sentences)
        sentences = [indexed.sentences[position] for position in chosen]
        keys = [sources.key(sentence) for sentence in sentences]
        yield DraftClaim(quotation(sentences), tuple(key for key in keys if key))
