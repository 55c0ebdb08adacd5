"""Composition root: settings → objects. The only module that names concrete classes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Self

from bot.conversation import Conversation
from bot.engine import Engine
from bot.grounding.agreement import EncoderAgreement
from bot.writers import Writer
from bot.writers.extractive import ExtractiveWriter
from bot.writers.generative import GenerativeWriter
from bot.writers.models import connect_model, has_model, make_model, model_name, stop_local_model
from config.errors import ModelError, SettingsError
from config.settings import Settings
from index.indexing import Indexer
from index.library.library import Library
from index.library.schema import IndexSettings
from index.library.store import Store
from index.models.choose import Encoders, encoder_names, make_encoders
from index.retrieval.retriever import Retriever

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


@dataclass(frozen=True)
class App:
    """What an interface works with, to be closed at the end. Nothing is opened or loaded before it is used."""

    settings: Settings
    encoders: Callable[[], Encoders]
    library: Library
    indexer: Indexer
    retriever: Retriever
    engine: Engine
    _close: Callable[[], None]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the library's files and connections and end the local model; a later use opens them again.

        Waits for threads that are at the library just now.
        """
        self._close()

    def new_conversation(self) -> Conversation:
        """A new conversation; the model, where there is one, makes follow-ups stand alone."""
        writer = self.engine.writer
        return Conversation(writer.rewrite if isinstance(writer, GenerativeWriter) else None)

    def make_model(self) -> "LLM":
        """The language model of the settings. Raises: ModelError if none is configured."""
        if not has_model(self.settings):
            raise ModelError("No language model is configured; set llm.base_url, llm.path or OPENAI_API_KEY.")
        return make_model(self.settings)


def bootstrap(settings: Settings, *, rebuilding: bool = False, writer: str | None = None) -> App:
    """Put the parts together.

    `rebuilding` admits a library made with other settings; `writer` ("extractive" or "generative") overrides
    the choice: the model's, where one is configured.

    Raises: SettingsError for a writer that there is not.
    """

    @cache
    def encoders() -> Encoders:
        return make_encoders(settings)

    main, second = encoder_names(settings)
    index_settings = IndexSettings(main, second, passage_tokens=settings.passages.tokens)
    library = Library(Store(settings.folder / "library", url=settings.store.url), index_settings, rebuilding=rebuilding)
    retriever = Retriever(library, encoders)
    fallback = ExtractiveWriter()
    engine = Engine(
        retriever,
        _make_writer(settings, writer, fallback),
        fallback,
        EncoderAgreement(encoders),
        strictness=settings.retrieval.strictness,
        evidence=settings.retrieval.evidence,
    )
    indexer = Indexer(library, encoders, budget=settings.passages.tokens)

    def close() -> None:
        if encoders.cache_info().currsize:
            encoders().close()
        library.close()
        if isinstance(engine.writer, GenerativeWriter):  # without, it is another App's model, if any's
            stop_local_model(settings)

    return App(settings, encoders, library, indexer, retriever, engine, close)


def _make_writer(settings: Settings, name: str | None, extractive: Writer) -> Writer:
    match name or ("generative" if has_model(settings) else "extractive"):
        case "extractive":
            return extractive
        case "generative" if has_model(settings):
            chosen = settings.llm
            return GenerativeWriter(
                partial(connect_model, settings),
                name=model_name(settings),
                context=chosen.context,
                max_tokens=chosen.max_tokens,
                timeout=chosen.timeout,
            )
        case other:
            raise SettingsError(
                f"There is no writer {other!r} here; use 'extractive', or 'generative' with a model configured."
            )
