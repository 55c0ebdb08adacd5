"""An http(s) address → its bytes, safely: what a stranger's link may and may not make this machine do.

A name is resolved once; every address it resolves to must be public, and the connection goes to the address that was
checked, also after each redirect. Size (also unpacked), time, redirects and content types are limited. What article the
bytes hold is `index.readers.sources`'.
"""

import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpcore
import httpx

from config.errors import SourceError

MAX_BYTES = 20_000_000
"""The most a page may have, packed or unpacked."""
MAX_REDIRECTS = 5
MAX_PORT = 65535
MAX_ADDRESSES = 4
"""Addresses of one name that are tried."""
SECONDS = 30.0
"""The longest a page may take, redirects included."""

ARTICLE_TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/markdown": "markdown",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/epub+zip": "epub",
}
"""Content types of articles, and the kind of file (a value of `index.readers.files.KINDS`) that each is."""
FEED_TYPES = dict.fromkeys(
    ("application/rss+xml", "application/atom+xml", "application/xml", "text/xml", "application/rdf+xml"), "feed"
)
_MISNAMED_FEEDS = dict.fromkeys(("text/html", "text/plain"), "feed")
"""What some servers call a feed; the reader of feeds tells whether it is one."""
_HEADERS = [
    (b"User-Agent", b"Sanad/0.1 (reads articles it was asked about)"),
    (b"Accept", b"text/html, application/xhtml+xml, application/pdf, text/plain, */*;q=0.1"),
    (b"Accept-Encoding", b"gzip, deflate"),
]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port → IP addresses."""


@dataclass(frozen=True, slots=True)
class Response:
    """What an address gave.

    `url` is the address after redirects, `kind` what the bytes are by their content type, `charset` what the server
    says of their encoding, "" if it says nothing.
    """

    url: str
    kind: str
    charset: str
    data: bytes


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the IP addresses that the system knows for a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the open internet, also where one is hidden in another."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class Fetcher:
    """Fetches pages and feeds.

    `allowed_hosts` may also have private addresses; `resolver`, `seconds` and `trust` are for tests.
    """

    def __init__(
        self,
        *,
        allowed_hosts: Iterable[str] = (),
        resolver: Resolver = resolve,
        seconds: float = SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = frozenset(host.casefold().strip() for host in allowed_hosts)
        self._resolver, self._seconds, self._trust = resolver, seconds, trust

    def get(self, url: str) -> Response:
        """Fetch a page or a file that may be an article. Raises: SourceError."""
        return self._get(url, ARTICLE_TYPES)

    def get_feed(self, url: str) -> Response:
        """Fetch what may be a feed, by its content type. Raises: SourceError."""
        return self._get(url, FEED_TYPES | _MISNAMED_FEEDS)

    def _get(self, url: str, kinds: Mapping[str, str]) -> Response:
        deadline = time.monotonic() + self._seconds
        here = _parsed(url, url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._ask(here, deadline, kinds)
            if isinstance(answer, Response):
                return answer
            here = _parsed(urljoin(str(here), answer), url)
        raise SourceError(f"{url!r} redirects more than {MAX_REDIRECTS} times; give the address it ends at.")

    def _ask(self, url: httpx.URL, deadline: float, kinds: Mapping[str, str]) -> Response | str:
        """The response, or the address that it says to go to."""
        shown = str(url)
        network = _PinnedNetwork(self._addresses(url, deadline), deadline)
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        try:
            trust = self._trust or ssl.create_default_context()
            with (
                httpcore.ConnectionPool(ssl_context=trust, network_backend=network) as pool,
                pool.stream("GET", target, headers=[(b"Host", url.netloc), *_HEADERS]) as response,
            ):
                headers = {name.decode("latin-1").casefold(): value for name, value in response.headers}
                if response.status in (301, 302, 303, 307, 308) and headers.get("location"):
                    return headers["location"].decode("utf-8", "replace")
                _check_status(response.status, shown)
                content_type, charset = _content_type(headers.get("content-type", b"").decode("latin-1"))
                if content_type not in kinds:
                    raise SourceError(
                        f"{shown!r} is {content_type or 'of no declared type'!r}, which is not read; "
                        f"{'use --feed for it' if content_type in FEED_TYPES else 'give a page or an article file'}."
                    )
                data = _body(response.iter_stream(), headers, shown)
                return Response(shown, kinds[content_type], charset, data)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise self._too_slow(shown) from error
        except (httpcore.ProtocolError, httpcore.NetworkError, OSError, zlib.error) as error:
            reason = " ".join(str(error).split())[:150] or type(error).__name__
            raise SourceError(f"{shown!r} cannot be fetched ({reason}); check it, or try again later.") from error

    def _addresses(self, url: httpx.URL, deadline: float) -> list[str]:
        """Where to connect: looked up once, and checked. Raises: SourceError."""
        host, port = url.raw_host.decode("ascii").strip("[]"), url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = _within(deadline - time.monotonic(), lambda: list(self._resolver(host, port)))
        except TimeoutError as error:
            raise self._too_slow(str(url)) from error
        except (OSError, UnicodeError) as error:
            raise SourceError(f"There is no host {host!r}; check the address {str(url)!r}.") from error
        named = self._allowed & {host.casefold(), f"{host.casefold()}:{port}"}
        private = [address for address in addresses if not is_public(address)]
        if not addresses or (private and not named):
            raise SourceError(
                f"{str(url)!r} is not fetched: {(private or ['it'])[0]} is no public address; "
                f"if it is yours, add {host!r} to fetch.allowed_hosts."
            )
        return addresses

    def _too_slow(self, shown: str) -> SourceError:
        return SourceError(f"{shown!r} took more than {self._seconds:.0f} seconds; try again later.")


class _PinnedNetwork(httpcore.NetworkBackend):
    """Connects to the given addresses, whatever name it is asked for: the name is not looked up again."""

    def __init__(self, addresses: Sequence[str], deadline: float) -> None:
        self._addresses, self._deadline = addresses, deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # the deadline holds for all steps together
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers."""
        failure: Exception = httpcore.ConnectError(f"no address of {host!r} answers")
        for address in self._addresses[:MAX_ADDRESSES]:
            try:
                stream = self._inner.connect_tcp(address, port, _left(self._deadline), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Refuse: no web address leads to one."""
        raise httpcore.UnsupportedProtocol("unix sockets are not fetched")


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # as above
        """Read some bytes."""
        return self._inner.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # as above
        """Write all bytes."""
        self._inner.write(buffer, _left(self._deadline))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,  # as above
    ) -> httpcore.NetworkStream:
        """Begin TLS; the certificate must be the named host's."""
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, _left(self._deadline)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection says of itself."""
        return self._inner.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the page took too long")
    return left


def _within(seconds: float, ask: Callable[[], list[str]]) -> list[str]:
    """What `ask` returns or raises; the system's look-up of a name cannot be told when to give up.

    Raises: TimeoutError.
    """
    answer: Future[list[str]] = Future()

    def wait() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:  # noqa: BLE001  # it is raised where the answer is awaited
            answer.set_exception(error)

    threading.Thread(target=wait, daemon=True).start()
    return answer.result(max(0.0, seconds))


def _parsed(url: str, asked: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise SourceError(f"{url[:300]!r} is no web address; write it as https://HOST/PAGE.") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise SourceError(f"{asked[:300]!r} leads to {url[:300]!r}, which is no http(s) address; give one that is.")
    if parsed.port is not None and not 0 < parsed.port <= MAX_PORT:
        raise SourceError(f"{asked[:300]!r} names the port {parsed.port}, which there is not; check the address.")
    if parsed.userinfo:
        raise SourceError(f"{parsed.host!r} is addressed with a name and password, which are not sent; leave them out.")
    return parsed.copy_with(fragment=None)


def _check_status(status: int, url: str) -> None:
    if status != 200:
        is_theirs = status >= 500 or status == 429
        advice = "try again later" if is_theirs else "check the address, or save the page as a file"
        raise SourceError(f"{url!r} answered with status {status}; {advice}.")


def _content_type(header: str) -> tuple[str, str]:
    """The content type that a header names, and its charset, "" for none."""
    content_type, _, rest = header.partition(";")
    parameters = (part.strip().partition("=") for part in rest.split(";"))
    charset = next((value for name, _, value in parameters if name.casefold() == "charset"), "")
    return content_type.strip().casefold(), charset.strip(" \"'")[:40]


def _body(chunks: Iterable[bytes], headers: Mapping[str, bytes], url: str) -> bytes:
    """All of a body, unpacked, as long as it is not too much."""
    packed = headers.get("content-encoding", b"").strip().lower()
    if packed not in (b"", b"identity", b"gzip", b"x-gzip", b"deflate"):
        raise SourceError(f"{url!r} is packed as {packed.decode('latin-1')!r}, which is not read; save it as a file.")
    unpack = _unpacker(packed)
    received, data = 0, bytearray()
    for chunk in chunks:
        received += len(chunk)
        data += unpack(chunk, MAX_BYTES + 1 - len(data))
        if received > MAX_BYTES or len(data) > MAX_BYTES:
            raise SourceError(
                f"{url!r} has more than the {MAX_BYTES // 1_000_000} MB that are read; save a part of it."
            )
    return bytes(data)


def _unpacker(packed: bytes) -> Callable[[bytes, int], bytes]:
    if packed in (b"", b"identity"):
        return lambda chunk, _room: chunk
    stream: Any = None

    def unpack(chunk: bytes, room: int) -> bytes:
        nonlocal stream
        if stream is None:  # "deflate" comes with or without a header
            is_raw = packed == b"deflate" and chunk[:1] and chunk[0] & 0x0F != 8
            stream = zlib.decompressobj(-15 if is_raw else 47)
        return bytes(stream.decompress(chunk, room))

    return unpack
