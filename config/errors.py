"""Every error of ours. Each message is one sentence or two: what happened, the value, what to do next.

SanadError
├── SettingsError       a setting that is unknown or has a wrong value
├── SourceError         a file, folder or text that cannot be read as an article
├── QuestionError       a question that cannot be asked (empty, too long)
├── LibraryError        the stored library cannot be used
│   ├── StoreUnreachable    no Chroma server answers at store.url
│   ├── SettingsMismatch    the library was made with other settings
│   ├── UnknownArticle      no article has this id
│   └── NoArticles          there is nothing to ask
├── EmbeddingError      the embedding model is missing or failed
├── PromptError         a prompt file whose variables do not fit
├── TestSetError        a QA test set that cannot be read
├── EvaluationError     an evaluation that cannot go on
├── BotError            the Telegram bot cannot run (token, database, a second instance)
└── ModelError          the language model cannot be used as configured
"""


class SanadError(Exception):
    """The root: whoever shows errors to people catches this."""


class SettingsError(SanadError):
    """A setting is unknown or has a wrong value."""


class SourceError(SanadError):
    """A file, folder or text cannot be read as an article."""


class QuestionError(SanadError):
    """A question cannot be asked."""


class LibraryError(SanadError):
    """The stored library cannot be used."""


class StoreUnreachable(LibraryError):
    """No Chroma server answers at `store.url`."""


class SettingsMismatch(LibraryError):
    """The library was made with other settings."""


class UnknownArticle(LibraryError):
    """No article has this id."""


class NoArticles(LibraryError):
    """The library is empty."""


class EmbeddingError(SanadError):
    """The embedding model is missing or failed."""


class PromptError(SanadError):
    """A prompt file's variables do not fit its step."""


class TestSetError(SanadError):
    """A QA test set cannot be read."""

    __test__ = False  # pytest would collect it by its name


class EvaluationError(SanadError):
    """An evaluation cannot go on, or its files are not what it needs."""


class BotError(SanadError):
    """The Telegram bot cannot run: its token, its database, or a second instance."""


class ModelError(SanadError):
    """The language model cannot be used as configured."""
