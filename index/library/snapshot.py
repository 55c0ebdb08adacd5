"""What can be seen of a library during one turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.library import inspection, records, rows
from index.library.collections import CollectionNames, IndexSettings
from index.library.store import Session
from index.models.choose import Vectors
from index.text.search_form import search_form
from index.types import Article, ArticleRecord, IndexedArticle, Language

FEW_ARTICLES, FEW_SENTENCES = 6, 300
"""The most that a library has whose articles are all ranked: beyond, searching it costs less."""
KEPT_STORIES = 100
"""Stories whose texts are remembered."""


@dataclass
class Known:
    """What was read of a library since it last changed; a record is None where there is no such article."""

    records: dict[str, ArticleRecord | None] = field(default_factory=dict)
    few: list[ArticleRecord] | None = None
    told: dict[str, list[str]] = field(default_factory=dict)


class Snapshot:
    """The library during one turn."""

    def __init__(self, session: Session, names: CollectionNames, known: Known, settings: IndexSettings) -> None:
        self._session, self._names, self._known, self.settings = session, names, known, settings

    def records(self) -> list[ArticleRecord]:
        """All records, in no order."""
        return records.read_records(self._session, self._names)

    def few(self) -> list[ArticleRecord]:
        """All records of a library so small that nothing need be searched; none of a larger one."""
        if self._known.few is None:
            first = records.read_records(self._session, self._names, most=FEW_ARTICLES + 1)
            small = len(first) <= FEW_ARTICLES and sum(record.sentences for record in first) <= FEW_SENTENCES
            self._known.few = first if small else []
        return self._known.few

    def find(self, article_ids: list[str]) -> Mapping[str, ArticleRecord]:
        """Records of those of the articles that are there."""
        missing = [article_id for article_id in article_ids if article_id not in self._known.records]
        if missing:
            found = {record.id: record for record in records.read_records(self._session, self._names, missing)}
            self._known.records.update({article_id: found.get(article_id) for article_id in missing})
        known = ((article_id, self._known.records[article_id]) for article_id in article_ids)
        return {article_id: record for article_id, record in known if record}

    def load(self, record: ArticleRecord) -> IndexedArticle | None:
        """The article with its parts and vectors; None if a writer on a server took it away just now."""
        return self.load_all([record])[0]

    def load_all(self, wanted: Sequence[ArticleRecord]) -> list[IndexedArticle | None]:
        """The same for several articles, which costs little more than for one."""
        return rows.load(self._session, self._names, wanted)

    def nearest(self, vector: Vectors, second: Vectors | None, *, k: int) -> list[rows.Hit]:
        """Up to k sentences per language and encoder, live or not, nearest first within each."""
        return rows.nearest(self._session, self._names, vector, second, k)

    def told(self, story: str) -> list[str]:
        """The texts that tell a story, in search form."""
        if story not in self._known.told:
            if len(self._known.told) >= KEPT_STORIES:
                self._known.told.clear()
            records_told = records.records_of_story(self._session, self._names, story)
            stored = (self.stored(record) for record in records_told)
            self._known.told[story] = [search_form(article.text) for article in stored if article]
        return self._known.told[story]

    def stored(self, record: ArticleRecord) -> Article | None:
        """The article without its places, whatever became of its parts; None if its text is gone."""
        return inspection.stored_article(self._session, self._names, record)

    def texts_differ(self, record: ArticleRecord, indexed: IndexedArticle) -> bool:
        """Whether a part's stored text is another than the article's."""
        return inspection.texts_differ(self._session, self._names, record, indexed)

    def distances(self, language: Language, vectors: Vectors) -> list[float]:
        """How far a search of each sentence's vector ends from it."""
        return inspection.distances(self._session, self._names, language, vectors)

    def count(self) -> int:
        """How many articles there are."""
        return records.count(self._session, self._names)
