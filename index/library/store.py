"""Chroma, embedded in a folder or behind a URL, used safely by several processes at once.

Knows collections, not articles: those are `index.library.library`'s.
"""

import errno
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from config.errors import LibraryError, SanadError, StoreUnreachable
from config.settings import masked
from index.library.lock import Gate

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

_aliases = itertools.count()
_ADVICE = {
    errno.ENOTDIR: "a file stands where a folder must be: move it away, or set SANAD_HOME",
    errno.EEXIST: "a file stands where a folder must be: move it away, or set SANAD_HOME",
    errno.EISDIR: "a folder stands where a file must be: move it away, or set SANAD_HOME",
    errno.ENOSPC: "free some space and try again",
    errno.EDQUOT: "free some space and try again",
    errno.EACCES: "make it writable, or set SANAD_HOME",
    errno.EPERM: "make it writable, or set SANAD_HOME",
    errno.EROFS: "make it writable, or set SANAD_HOME",
}
"""What to do about a folder that the system refuses."""


class Session:
    """One turn at the store: collections by name, and whether anything was written since the last turn.

    `generation` changes whenever another turn may have changed what was read under an earlier one.
    """

    def __init__(self, client: "ClientAPI", collections: "dict[str, Collection]", generation: bytes) -> None:
        self.generation = generation
        self._client, self._collections = client, collections

    def names(self) -> list[str]:
        """Names of all collections there are."""
        return [collection.name for collection in self._client.list_collections()]

    def find(self, name: str) -> "Collection | None":
        """The collection, if it is there."""
        from chromadb.errors import NotFoundError

        if name not in self._collections:
            try:
                self._collections[name] = self._client.get_collection(name, embedding_function=None)
            except NotFoundError:
                return None
        return self._collections[name]

    def make(self, name: str, *, metadata: dict[str, Any] | None = None) -> "Collection":
        """The collection, made (for cosine similarity, with the metadata) where it is not there."""
        found = self.find(name)
        if found is None:
            found = self._client.get_or_create_collection(
                name, metadata=metadata, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )
            self._collections[name] = found
        return found

    def drop(self, name: str) -> None:
        """Remove the collection with all that is in it."""
        self._client.delete_collection(name)
        self._collections.pop(name, None)


class Store:
    """A Chroma database: `url` for a server, otherwise `folder` in this process.

    Threads take turns. Nothing is opened before the first session.
    """

    def __init__(self, folder: Path, *, url: str = "") -> None:
        self.where = masked(url) or str(folder)
        self.embedded = not url
        self._folder, self._url = folder, url
        self._turn = threading.RLock()
        self._gate: Gate | None = None
        self._client: ClientAPI | None = None
        self._collections: dict[str, Collection] = {}
        self._generation = b""
        self._visits = itertools.count()
        # Chroma shares one database handle between all clients of a process that name a path alike. Under a name of
        # its own, closing our client really closes the handle, and opening again sees what others wrote.
        self._alias = str(folder) + "/." * next(_aliases)

    @property
    def exists(self) -> bool:
        """Whether a library may be there; a server is taken to have one."""
        return not self.embedded or (self._folder / "chroma.sqlite3").exists()

    @contextmanager
    def session(self, *, write: bool = False) -> Iterator[Session]:
        """Take a turn; while writing, no other process has one.

        Raises: StoreUnreachable or LibraryError, for any failure of Chroma's inside the turn.
        """
        turn = self._embedded_turn(write=write) if self.embedded else self._server_turn()
        with self._turn, self._explained(), turn as session:
            yield session

    def close(self) -> None:
        """Let go of files and connections; a later session opens them again."""
        with self._turn:
            self._forget_client()
            if self._gate:
                self._gate.close()
                self._gate = None

    @contextmanager
    def _embedded_turn(self, *, write: bool) -> Iterator[Session]:
        if self._gate is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._gate = Gate(self._folder)
        with self._gate.hold(write=write):
            token = self._gate.token()
            if self._client is None or token != self._generation:
                self._forget_client()
                self._client = self._open_folder()
            self._generation = self._gate.announce() if write else token
            yield Session(self._client, self._collections, self._generation)

    @contextmanager
    def _server_turn(self) -> Iterator[Session]:
        if self._client is None:
            self._client = self._open_url()
        # A server says nothing of others' writes, so every turn counts as a new generation.
        yield Session(self._client, self._collections, b"%d" % next(self._visits))

    def _open_folder(self) -> "ClientAPI":
        database = self._folder / "chroma.sqlite3"
        if database.exists() and not database.stat().st_size and any(one.is_dir() for one in self._folder.iterdir()):
            raise LibraryError(  # Chroma would begin a new library beside the vectors of this one
                f"The library in {self.where!r} has lost its database; move the folder away and index again."
            )
        from chromadb import PersistentClient
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings

        try:
            return PersistentClient(self._alias, settings=Settings(anonymized_telemetry=False))
        except BaseException:  # Chroma would hand what did not start to the next client of this name
            SharedSystemClient._identifier_to_system.pop(self._alias, None)
            raise

    def _open_url(self) -> "ClientAPI":
        from chromadb import HttpClient
        from chromadb.config import Settings

        try:
            parts = urlsplit(self._url)
            host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:  # a port that is none, a bracket that does not close
            host = None
        if not host or parts.scheme not in ("http", "https"):
            raise LibraryError(f"store.url is {self.where!r}, which is no http(s) address; write http://HOST:PORT.")
        if "@" in parts.netloc or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise LibraryError(
                f"store.url is {self.where!r}, of which only host and port can be used; write http://HOST:PORT."
            )
        settings = Settings(anonymized_telemetry=False)
        return HttpClient(host, port, ssl=parts.scheme == "https", settings=settings)

    def _forget_client(self) -> None:
        self._collections.clear()
        if self._client is not None:
            client, self._client = self._client, None
            client.close()  # type: ignore[attr-defined]  # every client has it, the interface does not say so

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except SanadError:
            raise
        except OSError as error:
            advice = _ADVICE.get(error.errno or 0, "set SANAD_HOME to a folder that can be")
            raise LibraryError(
                f"The library folder {self.where!r} cannot be used ({error.strerror or error}); {advice}."
            ) from error
        except BaseException as error:
            if not _is_chromas(error):
                raise
            self._forget_client()
            raise self._explain(error) from error

    def _explain(self, error: BaseException) -> LibraryError:
        reason = " ".join(str(error).split())[:200]
        if not self.embedded:
            return StoreUnreachable(
                f"The Chroma server at {self.where!r} did not do its part ({reason}); start it, or correct store.url."
            )
        if "readonly" in reason or "read-only" in reason or "(code: 8)" in reason:
            return LibraryError(f"The library in {self.where!r} is read-only; make it writable, or set SANAD_HOME.")
        if "full" in reason or "disk I/O" in reason:
            return LibraryError(f"The disk with the library in {self.where!r} is full; free some space and try again.")
        return LibraryError(
            f"The library in {self.where!r} cannot be read ({reason}); move the folder away and index again."
        )


def _is_chromas(error: BaseException) -> bool:
    """Whether Chroma, its Rust core (whose panics are no `Exception`) or its HTTP client raised this."""
    kinds: Any = type(error).__mro__
    return any(kind.__module__.split(".")[0] in ("chromadb", "pyo3_runtime", "httpx") for kind in kinds) or (
        isinstance(error, ValueError) and "Chroma" in str(error)
    )
