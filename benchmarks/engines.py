"""Two engines that answer with a language model and cite, in the same terms: Sanad, and LlamaIndex's."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.bootstrap import App
from bot.evaluation.scoring import ReplyCitation, ReplyClaim, parse_reply
from bot.evaluation.testset import TestQuestion
from bot.grounding.check import Sources
from bot.parsing.claims import ClaimParser
from bot.rendering.reply_json import reply_json
from bot.types import DraftClaim, Question, Usage, Withheld
from bot.writers import Writer
from index.models.llama_embedding import E5Embedding
from index.retrieval.retriever import RetrievalResult
from index.text.search_form import search_form
from index.types import Article

_ANY_MARK = re.compile(r"[\[【][^\]】]{0,20}\d[^\]】]{0,20}[\]】]")
_SAYS_NO = re.compile(
    r"\b(?:not (?:mention|provide|specif|state|contain|includ|helpful|availab|found|give)\w*|no (?:information|mention)"
    r"|(?:does|do|did) not (?:say|mention|provide|specify|state|contain|include)|cannot be (?:answered|determined))"
    r"|(?:لا|لم) (?:يذكر|تذكر|يتم ذكر|يرد|توجد|يوجد|تتضمن|يحتوي|تحتوي|تقدم|يقدم|تشر|يشر|تحدد|يحدد)"
    r"|غير (?:مذكور|متوفر|متاح)"
)
"""How the peer says that its sources do not answer: in words of the model's own."""


@dataclass(frozen=True)
class Said:
    """What an engine said to one question, in the same terms for both."""

    text: str
    claims: tuple[ReplyClaim, ...]
    answered: bool
    invalid_marks: int
    """Marks that name nothing that was given, or that were left standing in the text."""
    tokens: int
    """Of all prompts, as the server counts them."""
    calls: int
    seconds: float
    drafts: tuple[str, ...] = ()
    """What the model drafted, where that can be told from what is shown."""
    withheld: int = 0
    """How many of the drafts are not shown."""

    @property
    def drafted(self) -> int:
        """How many claims the model drafted."""
        return len(self.drafts)


Ask = Callable[[TestQuestion], Said]


def sanad(app: App) -> Ask:
    """Return our engine, as people use it."""
    writer = _Recorded(app.engine.writer)
    engine = replace(app.engine, writer=writer)

    def ask(question: TestQuestion) -> Said:
        writer.drafts = []
        began = time.perf_counter()
        reply = engine.answer(Question(question.question, question.language, question.article.id))
        given = parse_reply(reply_json(reply))
        wrong = sum(question.article.text[one.start : one.end] != one.text for one in given.citations)
        own = [claim for claim in given.claims if claim.text != " ".join(one.text for one in claim.citations)]
        left = sum(len(_ANY_MARK.findall(claim.text)) for claim in own)
        spent = reply.usage
        seconds = time.perf_counter() - began
        shown = len(given.claims) if given.answered and reply.writer == writer.name else 0
        drafts = tuple(writer.drafts)
        return Said(
            given.text,
            given.claims,
            given.answered,
            wrong + left,
            spent.tokens_in,
            spent.calls,
            seconds,
            drafts,
            len(drafts) - shown,
        )

    return ask


class _Recorded:
    """A writer that keeps what it drafts."""

    def __init__(self, writer: Writer) -> None:
        self.name, self.attempts, self.quotes = writer.name, writer.attempts, writer.quotes
        self.drafts: list[str] = []
        self._writer = writer

    def write(
        self, question: Question, found: RetrievalResult, sources: Sources, withheld: Sequence[Withheld]
    ) -> Iterator[DraftClaim | Usage]:
        for draft in self._writer.write(question, found, sources, withheld):
            if isinstance(draft, DraftClaim):
                self.drafts.append(draft.text)
            yield draft


def peer(app: App) -> Ask:
    """Return LlamaIndex's engine with its defaults, over the same article, encoder and model."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.query_engine import CitationQueryEngine

    encoder, meter = E5Embedding(embed_batch_size=32), _Meter.install()
    engines: dict[str, CitationQueryEngine] = {}

    def ask(question: TestQuestion) -> Said:
        article = question.article
        if article.id not in engines:
            index = VectorStoreIndex.from_documents([Document(text=article.text)], embed_model=encoder)
            engines[article.id] = CitationQueryEngine.from_args(index, llm=app.make_model())
        meter.reset()
        began = time.perf_counter()
        response = engines[article.id].query(question.question)
        seconds = time.perf_counter() - began
        sources = {str(number): one.node.get_content() for number, one in enumerate(response.source_nodes, 1)}
        text = str(response)
        stream = ClaimParser(sources)
        drafts = [*stream.feed(text), *stream.close()]
        claims = tuple(
            ReplyClaim(draft.text, tuple(_cited(sources[key], article) for key in draft.keys if key in sources))
            for draft in drafts
        )
        invalid = sum(key not in sources for draft in drafts for key in draft.keys)
        answered = bool(claims) and not _SAYS_NO.search(search_form(text))
        return Said(text, claims, answered, invalid, meter.tokens, meter.calls, seconds)

    return ask


class _Meter:
    """Counts what the peer's model is sent, through LlamaIndex's own instrumentation."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.tokens = self.calls = 0

    def count(self, event: object) -> None:
        raw = getattr(getattr(event, "response", None), "raw", None)
        if usage := getattr(raw, "usage", None):
            self.tokens, self.calls = self.tokens + usage.prompt_tokens, self.calls + 1

    @classmethod
    def install(cls) -> "_Meter":
        from llama_index.core.instrumentation.event_handlers import BaseEventHandler
        from llama_index.core.instrumentation.events.llm import LLMChatEndEvent
        from llama_index_instrumentation import get_dispatcher

        meter = cls()

        class Handler(BaseEventHandler):
            def handle(self, event: object, **_: object) -> None:
                if isinstance(event, LLMChatEndEvent):
                    meter.count(event)

        get_dispatcher().add_event_handler(Handler())
        return meter


def _cited(source: str, article: Article) -> ReplyCitation:
    """The span of the article that one of the peer's sources is: it glues "Source 1:" before the text."""
    text = source.partition("\n")[2].strip()
    start = max(article.text.find(text), 0)
    return ReplyCitation(article.id, start, start + len(text), text)
