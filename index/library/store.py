"""Chroma, embedded in a folder or behind a URL, used safely by several processes at once.

Chroma's embedded client is made for one process. A process that has a folder open does not find in its searches what
another added, and a write through such a stale handle loses vectors for good. So every use of a folder is bracketed by
a lock on a file beside the database, and a generation in that file changes with every write: whoever finds another one
than it opened the database with must open it again.

Knows collections, not articles: those are `index.library.library`'s.
"""

import errno
import itertools
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import portalocker

from config.errors import LibraryError, SanadError, StoreUnreachable
from config.settings import masked

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

_GENERATION_DIGITS = 16
_SHARED = portalocker.LockFlags.SHARED | portalocker.LockFlags.NON_BLOCKING
_EXCLUSIVE = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING

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


class FolderLock:
    """A readers-writer lock on `folder`, between processes; fair to writers, as everyone queues at a turnstile first.

    One holder at a time within a process: `Store` sees to that. `timeout` is in seconds.
    """

    def __init__(self, folder: Path, *, timeout: float = 60.0) -> None:
        self._folder, self._timeout = folder, timeout
        self._main = self._open("library.lock")
        self._turnstile = self._open("turnstile.lock")

    @contextmanager
    def hold(self, *, write: bool) -> Iterator[None]:
        """Hold off writers, or everyone. Raises: LibraryError when the timeout has passed."""
        deadline = time.monotonic() + self._timeout
        self._wait_for(self._turnstile, _EXCLUSIVE, deadline)
        try:
            self._wait_for(self._main, _EXCLUSIVE if write else _SHARED, deadline)
        finally:
            portalocker.unlock(self._turnstile)
        try:
            yield
        finally:
            portalocker.unlock(self._main)

    def generation(self) -> bytes:
        """Return what the last write set; only while holding."""
        return os.pread(self._main, _GENERATION_DIGITS, 0)

    def bump_generation(self) -> bytes:
        """Set a new generation, before the first change of a write; only while holding for writing."""
        generation = secrets.token_hex(_GENERATION_DIGITS // 2).encode()
        os.pwrite(self._main, generation, 0)
        return generation

    def close(self) -> None:
        """Close the files."""
        os.close(self._main)
        os.close(self._turnstile)

    def _open(self, name: str) -> int:
        return os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def _wait_for(self, file: int, flags: portalocker.LockFlags, deadline: float) -> None:
        pause = 0.0005
        while True:
            try:
                portalocker.lock(file, flags)
            except portalocker.AlreadyLocked:
                if time.monotonic() > deadline:
                    raise LibraryError(
                        f"Another process has held the library in {str(self._folder)!r} "
                        f"for {self._timeout:.0f} seconds; end it, or try again later."
                    ) from None
                time.sleep(pause)
                pause = min(2 * pause, 0.02)
            else:
                return


class Session:
    """The collections of the store, by name, while nobody else changes them.

    `generation` is another one whenever what was read in an earlier session may have changed since.
    """

    def __init__(self, client: "ClientAPI", collections: "dict[str, Collection]", generation: bytes) -> None:
        self.generation = generation
        self._client, self._collections = client, collections

    def names(self) -> list[str]:
        """Return the names of all collections."""
        return [collection.name for collection in self._client.list_collections()]

    def find(self, name: str) -> "Collection | None":
        """Return the collection, if it is there."""
        from chromadb.errors import NotFoundError

        if name not in self._collections:
            try:
                self._collections[name] = self._client.get_collection(name, embedding_function=None)
            except NotFoundError:
                return None
        return self._collections[name]

    def make(self, name: str, *, metadata: dict[str, Any] | None = None) -> "Collection":
        """Return the collection, made for cosine similarity, and with the metadata, if it is not there."""
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
    """A Chroma database: at `url` on a server, otherwise in `folder`, opened by this process.

    Threads take turns. Nothing is opened before the first session.
    """

    def __init__(self, folder: Path, *, url: str = "") -> None:
        self.where = masked(url) or str(folder)
        self.embedded = not url
        self._folder, self._url = folder, url
        self._threads = threading.RLock()
        self._lock: FolderLock | None = None
        self._client: ClientAPI | None = None
        self._collections: dict[str, Collection] = {}
        self._generation = b""
        self._sessions = itertools.count()
        # Chroma shares one database handle between all clients of a process that name a path alike. Under a name of
        # its own, closing our client really closes the handle, and opening again sees what others wrote.
        self._alias = str(folder) + "/." * next(_aliases)

    @property
    def exists(self) -> bool:
        """Whether a library may be there; a server is taken to have one."""
        return not self.embedded or (self._folder / "chroma.sqlite3").exists()

    @contextmanager
    def session(self, *, write: bool = False) -> Iterator[Session]:
        """Use the collections; while writing, no other process does.

        Raises: StoreUnreachable or LibraryError, for any failure of Chroma inside the session.
        """
        opened = self._embedded_session(write=write) if self.embedded else self._server_session()
        with self._threads, self._chroma_errors(), opened as session:
            yield session

    def close(self) -> None:
        """Close files and connections; a later session opens them again."""
        with self._threads:
            self._forget_client()
            if self._lock:
                self._lock.close()
                self._lock = None

    @contextmanager
    def _embedded_session(self, *, write: bool) -> Iterator[Session]:
        if self._lock is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = FolderLock(self._folder)
        with self._lock.hold(write=write):
            generation = self._lock.generation()
            if self._client is None or generation != self._generation:
                self._forget_client()
                self._client = self._open_folder()
            self._generation = self._lock.bump_generation() if write else generation
            yield Session(self._client, self._collections, self._generation)

    @contextmanager
    def _server_session(self) -> Iterator[Session]:
        if self._client is None:
            self._client = self._open_url()
        # A server says nothing of others' writes, so every session counts as a new generation.
        yield Session(self._client, self._collections, b"%d" % next(self._sessions))

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
    def _chroma_errors(self) -> Iterator[None]:
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
            if not _is_from_chroma(error):
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


def _is_from_chroma(error: BaseException) -> bool:
    """Whether Chroma, its Rust core (whose panics are no `Exception`) or its HTTP client raised this."""
    kinds: Any = type(error).__mro__
    return any(kind.__module__.split(".")[0] in ("chromadb", "pyo3_runtime", "httpx") for kind in kinds) or (
        isinstance(error, ValueError) and "Chroma" in str(error)
    )
