"""What the tests share. Nothing is patched: a real Chroma, the bundled models, real files."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.library.store import Store
from tests.made import close_libraries
from tests.site import Site


@pytest.fixture(autouse=True, scope="module")
def _close_libraries() -> Iterator[None]:
    """The libraries that a test file opened for itself are closed with it; an `App` closes its own."""
    yield
    close_libraries()


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real `chroma run` on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    command = Path(sys.executable).with_name("chroma")
    arguments = ["run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen([command, *arguments], cwd=folder, stdout=subprocess.DEVNULL) as server:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture
def site() -> Iterator[Site]:
    """A web server of the test's own."""
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(params=["embedded", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of either kind; both must pass the same tests."""
    url = request.getfixturevalue("chroma_server") if request.param == "server" else ""
    made = Store(tmp_path / "library", url=url)
    yield made
    with made.session(write=True) as session:
        for name in session.names():
            session.drop(name)
    made.close()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the Chroma server did not start")
