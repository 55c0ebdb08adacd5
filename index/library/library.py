"""The articles in Chroma: add, replace, remove, list, load.

A record in the list of articles says which version of an article is live; everything else is stored under ids that
name the version. So a new version is added beside the old one, one write of the record makes it live, and a reader
sees the old or the new, never half. A journal names what is under way, so that whoever comes next cleans up after a
process that was killed. Reading files is `index.readers`', embedding `index.indexing`'s.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from config.errors import LibraryError, SettingsMismatch, UnknownArticle
from index.library.duplicates import NEAREST, DuplicateClusters
from index.library.rows import RowReader, RowWriter
from index.library.schema import SPACE_NAME, CollectionNames, IndexSettings, new_record
from index.library.store import Session, Store
from index.text.search_form import search_form
from index.types import Article, ArticleRecord, IndexedArticle

ABANDONED_AFTER = 600.0
"""Seconds after which an unfinished write on a server counts as a killed process's."""
FEW_ARTICLES, FEW_SENTENCES = 6, 300
"""The most that a library has whose articles are all ranked: beyond, searching it costs less."""
KEPT_CLUSTERS = 100
"""Clusters of near-duplicates whose texts are remembered."""


class IndexStatus(StrEnum):
    """What became of an article that was to be stored."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    RENEWED = "renewed"
    """The same version, stored again: its pages and headings are better known, or it was damaged."""


@dataclass
class _Cache:
    """What was read of a library since it last changed; a record is None where there is no such article."""

    records: dict[str, ArticleRecord | None] = field(default_factory=dict)
    few: list[ArticleRecord] | None = None
    texts: dict[str, list[str]] = field(default_factory=dict)


class Snapshot(RowReader):
    """A consistent snapshot of the library: on a folder, nobody writes while it is in use."""

    def __init__(self, session: Session, names: CollectionNames, cache: _Cache) -> None:
        super().__init__(session, names)
        self._cache = cache

    def find(self, article_ids: list[str]) -> Mapping[str, ArticleRecord]:
        """Return the records of those of the articles that are there."""
        records = self._cache.records
        missing = [article_id for article_id in article_ids if article_id not in records]
        if missing:
            found = {record.id: record for record in self.records(missing)}
            records.update({article_id: found.get(article_id) for article_id in missing})
        return {article_id: record for article_id in article_ids if (record := records[article_id])}

    def records_if_few(self) -> list[ArticleRecord]:
        """Return all records of a library so small that nothing need be searched; none of a larger one."""
        if self._cache.few is None:
            first = self.records(most=FEW_ARTICLES + 1)
            small = len(first) <= FEW_ARTICLES and sum(record.sentences for record in first) <= FEW_SENTENCES
            self._cache.few = first if small else []
        return self._cache.few

    def cluster_texts(self, cluster: str) -> list[str]:
        """Return the texts of a cluster of near-duplicates, in search form."""
        texts = self._cache.texts
        if cluster not in texts:
            if len(texts) >= KEPT_CLUSTERS:
                texts.clear()
            articles = map(self.load_text, self.records_of_cluster(cluster))
            texts[cluster] = [search_form(article.text) for article in articles if article]
        return texts[cluster]


class Library:
    """The articles in one store, all indexed with the same settings; safe to share between processes.

    A `space` is a part with collections of its own, for articles that not everyone may see; "" is shared.
    `rebuilding` admits a store that holds a library made with other settings, see `outdated`.
    """

    def __init__(self, store: Store, settings: IndexSettings, *, space: str = "", rebuilding: bool = False) -> None:
        if not SPACE_NAME.fullmatch(space):
            raise LibraryError(f"{space!r} cannot name a space of the library; use small Latin letters and digits.")
        self.store, self.settings = store, settings
        self._rebuilding = rebuilding
        self._names = CollectionNames(settings.digest, space)
        self._generation: bytes | None = None
        self._cache = _Cache()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Look at the library as it is now; writers wait meanwhile, so be quick.

        Raises: SettingsMismatch, LibraryError.
        """
        with self.store.session() as session:
            if session.generation != self._generation:
                self._check_settings(session)
                self._cache = _Cache()
                self._generation = session.generation
            yield Snapshot(session, self._names, self._cache)

    def open(self) -> None:
        """Open the store, if it is not open yet. Raises: SettingsMismatch, LibraryError."""
        with self.snapshot():
            pass

    def close(self) -> None:
        """Let go of the store's files and connections, for all its spaces; a later use opens them again."""
        self.store.close()

    def space(self, name: str) -> "Library":
        """Return another part of the same library."""
        return Library(self.store, self.settings, space=name, rebuilding=self._rebuilding)

    def spaces(self) -> list[str]:
        """Return the names of all spaces there are, the shared one first."""
        if not self.store.exists:
            return []
        with self.store.session() as session:
            stored = CollectionNames.of_spaces(session.names())
            return sorted(names.space for names in stored if names.digest == self.settings.digest)

    def records(self) -> list[ArticleRecord]:
        """Return all articles, by title."""
        if not self.store.exists:
            return []
        with self.snapshot() as snapshot:
            return sorted(snapshot.records(), key=lambda record: (record.title, record.id))

    def find(self, article_ids: list[str]) -> Mapping[str, ArticleRecord]:
        """Return those of the articles that are there, by id."""
        if not self.store.exists:
            return {}
        with self.snapshot() as snapshot:
            return snapshot.find(article_ids)

    def resolve(self, name: str) -> ArticleRecord:
        """Return the article with this id, or the only one whose id begins so or whose source it is.

        Raises: UnknownArticle.
        """
        if exact := self.find([name]).get(name):
            return exact
        source = str(Path(name).absolute())
        matching = [r for r in self.records() if name and (r.id.startswith(name) or r.source in (name, source))]
        if len(matching) != 1:
            raise UnknownArticle(f"There is no article {name!r}; `sanad articles` lists them.")
        return matching[0]

    def article(self, record: ArticleRecord) -> Article:
        """Return the article of a record, with its text.

        Raises: UnknownArticle if it has been removed or replaced since.
        """
        with self.snapshot() as snapshot:
            loaded = snapshot.load(record)
        if loaded is None:
            raise UnknownArticle(f"There is no article {record.id!r}; `sanad articles` lists them.")
        return loaded.article

    def load(self, record: ArticleRecord) -> IndexedArticle | None:
        """Return the article of a record with its parts and vectors; None where any of it is gone or damaged."""
        with self.snapshot() as snapshot:
            stored = snapshot.load_text(record)
            indexed = snapshot.load(record) if stored and stored.version == record.version else None
        if indexed and indexed.second_vectors is None and self.settings.second != "none":
            return None
        return indexed

    def commit(self, articles: Sequence[IndexedArticle]) -> list[IndexStatus]:
        """Make these versions the live ones, in one session: a few calls to Chroma, however many articles."""
        with self._writing() as rows:
            old = {record.id: record for record in rows.records([one.article.id for one in articles])}
            live = {(record.id, record.version) for record in old.values()}
            changed = [one for one in articles if (one.article.id, one.article.version) not in live]
            if changed:
                clusters = _assign_clusters(rows, changed)
                new = [
                    new_record(one, previous=old.get(one.article.id), cluster=clusters[one.article.id])
                    for one in changed
                ]
                begun = rows.begin_writes([(old.get(record.id), record) for record in new])
                rows.add_parts(changed)
                rows.put_records(new, changed)
                self._clean_up(rows, begun)
            return [_status(one, changed, old) for one in articles]

    def restore(self, indexed: IndexedArticle, record: ArticleRecord) -> None:
        """Store an article exactly as its record says, whatever is stored under its id."""
        with self._writing() as rows:
            self._store_again(rows, indexed, record)

    def renew(self, indexed: IndexedArticle) -> IndexStatus:
        """Store a version that is live once more, as it is read now, without counting it as a new one."""
        with self._writing() as rows:
            for record in rows.records([indexed.article.id]):
                if record.version == indexed.article.version:
                    again = replace(
                        new_record(indexed), indexed=record.indexed, cluster=record.cluster, history=record.history
                    )
                    self._store_again(rows, indexed, again)
                    return IndexStatus.RENEWED
        return self.commit([indexed])[0]

    def set_origins(self, origins: Mapping[str, str]) -> None:
        """Note by id what articles, whose versions stay, were read from; "" has them read again."""
        if origins:
            with self._writing() as rows:
                there = rows.records(list(origins))
                rows.update_records([replace(record, origin=origins[record.id]) for record in there])

    def remove(self, record: ArticleRecord) -> None:
        """Remove the article, if it is there, in whatever version it is there by now."""
        with self._writing() as rows:
            begun = rows.begin_writes([(_live_record(rows, record.id), record)])
            rows.drop_record(record.id)
            self._clean_up(rows, begun)

    def drop_orphans(self) -> int:
        """Delete rows of no live version, of which a process that was killed leaves some; return how many."""
        with self._writing() as rows:
            return rows.drop_orphans()

    def outdated(self) -> dict[str, list[Article]]:
        """Return articles stored with other settings, by space, to be indexed again; see `drop_outdated`."""
        if not self.store.exists:
            return {}
        with self.store.session() as session:
            return {names.space: list(RowReader(session, names).articles()) for names in self._foreign(session)}

    def drop_outdated(self) -> None:
        """Drop what other settings made, once all of it is indexed again."""
        with self.store.session(write=True) as session:
            for names in self._foreign(session):
                RowWriter(session, names).drop_collections(articles_first=False)

    def drop(self) -> None:
        """Remove this space with all its articles."""
        with self.store.session(write=True) as session:
            RowWriter(session, self._names).drop_collections(articles_first=True)
        self._generation = None

    @contextmanager
    def _writing(self) -> Iterator[RowWriter]:
        with self.store.session(write=True) as session:
            self._check_settings(session)
            self._generation = None
            rows = RowWriter(session, self._names)
            rows.make_collections(self.settings)
            if self.store.embedded:
                self._clean_up(rows)  # nobody else is writing, so whatever the journal names was abandoned
            yield rows

    def _clean_up(self, rows: RowWriter, own: Collection[str] = ()) -> None:
        """Delete what the journal names and no record does: in our own entries, and in whatever was abandoned.

        On a server, other entries are those of writers at work.
        """
        done = [
            entry
            for entry in rows.unfinished_writes()
            if entry.id in own or self.store.embedded or time.time() - entry.begun > ABANDONED_AFTER
        ]
        if done:
            live = rows.records([entry.article_id for entry in done])
            rows.finish_writes(done, keep={(record.id, record.version) for record in live})

    def _store_again(self, rows: RowWriter, indexed: IndexedArticle, record: ArticleRecord) -> None:
        live = _live_record(rows, record.id)
        begun = rows.begin_writes([(live, record)])
        rows.drop_versions([record])
        if live and live.version == record.version and live.language != record.language:
            rows.drop_versions([live])
        rows.add_parts([indexed])
        rows.put_records([record], [indexed])
        self._clean_up(rows, begun)

    def _foreign(self, session: Session) -> list[CollectionNames]:
        stored = CollectionNames.of_spaces(session.names())
        return [names for names in stored if names.digest != self.settings.digest]

    def _check_settings(self, session: Session) -> None:
        for names in [] if self._rebuilding else self._foreign(session):
            theirs = RowReader(session, names).stored_settings()
            different = ", ".join(
                f"{key} {theirs.get(key, 'none')!r} instead of {value!r}"
                for key, value in self.settings.as_dict().items()
                if theirs.get(key) != value
            )
            raise SettingsMismatch(
                f"The library in {self.store.where!r} was made with other settings ({different}); "
                "run `sanad index --rebuild`, or set them back."
            )


def _live_record(rows: RowReader, article_id: str) -> ArticleRecord | None:
    return next(iter(rows.records([article_id])), None)


def _assign_clusters(rows: RowWriter, articles: Sequence[IndexedArticle]) -> dict[str, str]:
    """Return the cluster of each article that is about to be live, "" for one alone; note it for stored ones too."""
    clusters = DuplicateClusters([indexed.article for indexed in articles])
    near = rows.nearest_records(articles, k=NEAREST)
    for indexed, found in zip(articles, near, strict=True):
        clusters.add(indexed.article, found)
    rows.update_records(list(clusters.joined.values()))
    return clusters.clusters


def _status(indexed: IndexedArticle, changed: list[IndexedArticle], old: Mapping[str, ArticleRecord]) -> IndexStatus:
    if indexed not in changed:  # by identity
        return IndexStatus.UNCHANGED
    return IndexStatus.REPLACED if indexed.article.id in old else IndexStatus.ADDED
