"""The articles in Chroma: add, replace, remove, list, load.

A record in the list of articles says which version of an article is live; everything else is stored under ids that
name the version. So a new version is added beside the old one, one write of the record makes it live, and a reader
sees the old or the new, never half. A journal names what is under way, so that whoever comes next cleans up after a
process that was killed. Reading files is `index.readers.sources`', embedding `index.indexing`'s.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from config.errors import LibraryError, SettingsMismatch, UnknownArticle
from index.library import inspection, records, rows
from index.library.collections import SPACE, Names, Shape, catalogs
from index.library.duplicates import NEAREST, Teller
from index.library.snapshot import Known, View
from index.library.store import Session, Store
from index.types import Article, ArticleRecord, IndexedArticle

ABANDONED_AFTER = 600.0
"""Seconds after which an unfinished write on a server counts as a killed process's."""


class Change(StrEnum):
    """What became of an article that was to be stored."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    RENEWED = "renewed"
    """The same version, stored again: its pages and headings are better known, or it was damaged."""


class Library:
    """Articles of one shape (settings that shaped them) in one store, safe to share between processes.

    A `space` is a part with collections of its own, for articles that not everyone may see; "" is shared.
    `rebuilding` admits a store that holds a library of another shape, see `outdated`.
    """

    def __init__(self, store: Store, shape: Shape, *, space: str = "", rebuilding: bool = False) -> None:
        if not SPACE.fullmatch(space):
            raise LibraryError(f"{space!r} cannot name a space of the library; use small Latin letters and digits.")
        self.store, self.shape = store, shape
        self._rebuilding = rebuilding
        self._names = Names(shape.digest, space)
        self._generation: bytes | None = None
        self._known = Known()

    @contextmanager
    def reading(self) -> Iterator[View]:
        """Look at the library as it is now; writers wait meanwhile, so be quick.

        Raises: SettingsMismatch, LibraryError.
        """
        with self.store.session() as session:
            if session.generation != self._generation:
                self._check_shape(session)
                self._known = Known()
                self._generation = session.generation
            yield View(session, self._names, self._known, self.shape)

    def open(self) -> None:
        """Open the store, if it is not open yet. Raises: SettingsMismatch, LibraryError."""
        with self.reading():
            pass

    def close(self) -> None:
        """Let go of the store's files and connections, for all its spaces; a later use opens them again."""
        self.store.close()

    def space(self, name: str) -> "Library":
        """Another part of the same library."""
        return Library(self.store, self.shape, space=name, rebuilding=self._rebuilding)

    def records(self) -> list[ArticleRecord]:
        """All articles, by title."""
        if not self.store.exists:
            return []
        with self.reading() as view:
            return sorted(view.records(), key=lambda record: (record.title, record.id))

    def resolve(self, name: str) -> ArticleRecord:
        """The article with this id, or the only one whose id begins so or whose source it is.

        Raises: UnknownArticle.
        """
        if self.store.exists:
            with self.reading() as view:
                exact = view.find([name]).get(name)
            if exact:
                return exact
        source = str(Path(name).absolute())
        matching = [r for r in self.records() if name and (r.id.startswith(name) or r.source in (name, source))]
        if len(matching) != 1:
            raise UnknownArticle(f"There is no article {name!r}; `sanad articles` lists them.")
        return matching[0]

    def article(self, record: ArticleRecord) -> Article:
        """The article of a record, with its text.

        Raises: UnknownArticle if it has been removed or replaced since.
        """
        with self.reading() as view:
            loaded = view.load(record)
        if loaded is None:
            raise UnknownArticle(f"There is no article {record.id!r}; `sanad articles` lists them.")
        return loaded.article

    def load(self, record: ArticleRecord) -> IndexedArticle | None:
        """The article of a record with its parts and vectors; None where any of it is gone or damaged."""
        with self.reading() as view:
            stored = view.stored(record)
            indexed = view.load(record) if stored and stored.version == record.version else None
        if indexed and indexed.second_vectors is None and self.shape.second != "none":
            return None
        return indexed

    def find(self, article_ids: list[str]) -> Mapping[str, ArticleRecord]:
        """Those of the articles that are there, by id."""
        if not self.store.exists:
            return {}
        with self.reading() as view:
            return view.find(article_ids)

    def commit(self, articles: Sequence[IndexedArticle]) -> list[Change]:
        """Make these versions the live ones, in one turn: a few calls of Chroma's, however many articles."""
        with self._writing() as session:
            old = {
                record.id: record
                for record in records.read_records(session, self._names, [a.article.id for a in articles])
            }
            changed = [a for a in articles if a.article.id not in old or old[a.article.id].version != a.article.version]
            if changed:
                stories = self._stories(session, changed)
                new = [
                    records.record_of(indexed, before=old.get(indexed.article.id), story=stories[indexed.article.id])
                    for indexed in changed
                ]
                begun = rows.journal(session, self._names, [(old.get(record.id), record) for record in new])
                rows.add_parts(session, self._names, changed)
                records.put_records(session, self._names, new, changed)
                self._sweep(session, begun)
            return [_change(indexed, changed, old) for indexed in articles]

    def restore(self, indexed: IndexedArticle, record: ArticleRecord) -> None:
        """Store an article exactly as its record says, whatever lies there under its name."""
        with self._writing() as session:
            there = records.read_records(session, self._names, [record.id])
            self._put_again(session, indexed, record, there)

    def renew(self, indexed: IndexedArticle) -> Change:
        """Store a version that is live once more, as it is read now, without counting it as a new one."""
        with self._writing() as session:
            there = records.read_records(session, self._names, [indexed.article.id])
            if there and there[0].version == indexed.article.version:
                self._put_again(session, indexed, records.record_again(indexed, there[0]), there)
                return Change.RENEWED
        return self.commit([indexed])[0]

    def put_origins(self, origins: Mapping[str, str]) -> None:
        """Note by id what articles, whose versions stay, were read from; "" has them read again."""
        if origins:
            with self._writing() as session:
                there = records.read_records(session, self._names, list(origins))
                changed = [replace(record, origin=origins[record.id]) for record in there]
                for start in range(0, len(changed), rows.BATCH):
                    records.put_records_again(session, self._names, changed[start : start + rows.BATCH])

    def drop_strays(self) -> int:
        """Delete rows of no live version, of which a process that was killed leaves some; return how many."""
        with self._writing() as session:
            return inspection.drop_strays(session, self._names)

    def spaces(self) -> list[str]:
        """The names of all spaces there are, the shared one first."""
        if not self.store.exists:
            return []
        with self.store.session() as session:
            mine = (names.space for names in catalogs(session) if names.digest == self.shape.digest)
            return sorted(mine)

    def remove(self, record: ArticleRecord) -> None:
        """Take the article out, if it is there, in whatever version it is there by now."""
        with self._writing() as session:
            there = records.read_records(session, self._names, [record.id])
            begun = rows.journal(session, self._names, [(one, record) for one in there] or [(None, record)])
            records.drop_record(session, self._names, record.id)
            self._sweep(session, begun)

    def outdated(self) -> dict[str, list[Article]]:
        """Articles stored under other settings, by space, to be indexed again; see `drop_outdated`."""
        if not self.store.exists:
            return {}
        with self.store.session() as session:
            return {names.space: list(rows.read_articles(session, names)) for names in self._foreign(session)}

    def drop_outdated(self) -> None:
        """Drop what other settings made, once all of it is indexed again."""
        with self.store.session(write=True) as session:
            for names in self._foreign(session):
                for name in names.all:
                    if session.find(name):
                        session.drop(name)

    def drop(self) -> None:
        """Remove this space with all its articles."""
        with self.store.session(write=True) as session:
            for name in reversed(self._names.all):
                if session.find(name):
                    session.drop(name)
        self._generation = None

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with self.store.session(write=True) as session:
            self._check_shape(session)
            self._generation = None
            self._names.make(session, self.shape)
            if self.store.embedded:
                self._sweep(session)  # nobody else is writing, so whatever the journal names was abandoned
            yield session

    def _stories(self, session: Session, articles: Sequence[IndexedArticle]) -> dict[str, str]:
        """The story of each article that is about to be live, "" for one that is alone; names it for the others too."""
        teller = Teller([indexed.article for indexed in articles])
        near = records.nearest_records(session, self._names, articles, k=NEAREST)
        for indexed, found in zip(articles, near, strict=True):
            teller.tell(indexed.article, found)
        records.put_records_again(session, self._names, list(teller.joined.values()))
        return teller.stories

    def _sweep(self, session: Session, entries: Collection[str] = ()) -> None:
        """Delete what the journal names and no record does: in these entries, and in whatever was abandoned.

        On a server, other entries are those of writers at work.
        """
        done = [
            entry
            for entry in rows.read_journal(session, self._names)
            if entry.id in entries or self.store.embedded or time.time() - entry.begun > ABANDONED_AFTER
        ]
        if done:
            live = records.read_records(session, self._names, [entry.article_id for entry in done])
            rows.drop_parts(session, self._names, done, keep={(record.id, record.version) for record in live})

    def _put_again(
        self, session: Session, indexed: IndexedArticle, record: ArticleRecord, there: Sequence[ArticleRecord]
    ) -> None:
        begun = rows.journal(session, self._names, [(one, record) for one in there] or [(None, record)])
        rows.drop_versions(session, self._names, [record])
        for one in there:
            if one.version == record.version and one.language != record.language:
                rows.drop_versions(session, self._names, [one])
        rows.add_parts(session, self._names, [indexed])
        records.put_records(session, self._names, [record], [indexed])
        self._sweep(session, begun)

    def _foreign(self, session: Session) -> list[Names]:
        return [names for names in catalogs(session) if names.digest != self.shape.digest]

    def _check_shape(self, session: Session) -> None:
        for names in [] if self._rebuilding else self._foreign(session):
            theirs = rows.read_shape(session, names)
            different = ", ".join(
                f"{key} {theirs.get(key, 'none')!r} instead of {value!r}"
                for key, value in self.shape.as_dict().items()
                if theirs.get(key) != value
            )
            raise SettingsMismatch(
                f"The library in {self.store.where!r} was made with other settings ({different}); "
                "run `sanad index --rebuild`, or set them back."
            )


def _change(indexed: IndexedArticle, changed: list[IndexedArticle], old: Mapping[str, ArticleRecord]) -> Change:
    if indexed not in changed:  # by identity
        return Change.UNCHANGED
    return Change.REPLACED if indexed.article.id in old else Change.ADDED
