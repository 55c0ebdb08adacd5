"""Nothing of a deleted article stays readable in the library's files.

Chroma logs what it is given before it indexes it, and SQLite overwrites what is freed only in time. Chroma's own
`vacuum` purges its log and rewrites the file; the folders of collections that are gone it leaves, so those we remove.
Chroma's server keeps house itself.
"""

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from config.errors import LibraryError
from index.library.store import Store

TRACES = "traces"
"""Note of when something was deleted that left traces."""
LONGEST = 300
"""Seconds that it may take; nobody reads the library meanwhile."""
_FOLDER = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What Chroma calls the folder of a collection's vectors: the id in its table of segments."""
_CLI = "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(sys.argv)"


def erase_traces(store: Store) -> None:
    """Have Chroma purge and rewrite its file, while no process uses it. Raises: LibraryError."""
    if not (store.embedded and store.exists):
        return
    command = [sys.executable, "-c", _CLI, "vacuum", "--path", store.where, "--force", "--timeout", str(LONGEST)]
    with store.session(write=True):
        try:
            subprocess.run(  # noqa: S603 – our own command
                command, check=True, capture_output=True, timeout=LONGEST
            )
            _drop_orphans(Path(store.where))
        except (OSError, sqlite3.Error, subprocess.SubprocessError) as error:
            raise LibraryError(f"The library in {store.where!r} could not be compacted; see to the disk.") from error
    store.close()  # what was open is of the file as it was


def _drop_orphans(folder: Path) -> None:
    address = f"{(folder / 'chroma.sqlite3').absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        live = {row[0] for row in database.execute("SELECT id FROM segments")}
    for one in folder.iterdir():
        if one.is_dir() and _FOLDER.fullmatch(one.name) and one.name not in live:
            shutil.rmtree(one, ignore_errors=True)
