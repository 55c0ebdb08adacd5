"""An http(s) address → its bytes, safely: what a stranger's link may and may not make this machine do.

A name is resolved once; every address it resolves to must be public, and the connection goes to the address that was
checked, also after each redirect. Size (also unpacked), time, redirects and content types are limited. What the bytes
are read as is `index.readers.sources`'.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from config.errors import SourceError

if TYPE_CHECKING:
    import httpcore
    import httpx

    from index.types import Article

MAX_BYTES = 20_000_000
"""The most a page may have, packed or unpacked."""
MAX_REDIRECTS = 5
MAX_PORT = 65535
SECONDS = 30.0
"""The longest a page may take, redirects included."""

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port → IP addresses."""

_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/epub+zip": ".epub",
}
FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/xml", "text/xml", "application/rdf+xml")
_HEADERS = [
    (b"User-Agent", b"Sanad/0.1 (reads articles it was asked about)"),
    (b"Accept", b"text/html, application/xhtml+xml, application/pdf, text/plain, */*;q=0.1"),
    (b"Accept-Encoding", b"gzip, deflate"),
]
_SAME_PAGE = re.compile(r"amp(?:\.html)?|print|(?:index|default)\.\w{1,5}")
"""Names under a page's own address that give the same page again."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gave: the address it was found at in the end, its type, charset ("" if not said) and bytes."""

    url: str
    content_type: str
    charset: str
    data: bytes


def resolve(host: str, port: int) -> Sequence[str]:
    """The system's answer to what addresses a name has."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also where one is hidden in another."""
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
    """Fetches pages. `allowed_hosts` may also have private addresses; `resolver` and `seconds` are for tests."""

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

    def article(self, url: str) -> "Article":
        """Fetch a page and read its article. Raises: SourceError."""
        from index.readers.files import KINDS
        from index.readers.sources import article_from_bytes
        from index.readers.text import identity_of

        page = self.page(url)
        kind, hint = KINDS[_TYPES[page.content_type]], f"{page.url} {page.charset}"
        article = article_from_bytes(page.data, source=page.url, kind=kind, hint=hint)
        address = _own_address(article.metadata.url, page.url)
        metadata = replace(article.metadata, url=address, link=url if url != address else "")
        return replace(article, id=identity_of(address), source=address, metadata=metadata)

    def page(self, url: str, *, types: Iterable[str] = tuple(_TYPES)) -> Page:
        """Fetch a page of one of these content types. Raises: SourceError."""
        deadline = time.monotonic() + self._seconds
        here = _parsed(url, url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._get(here, deadline, tuple(types))
            if isinstance(answer, Page):
                return answer
            here = _parsed(urljoin(str(here), answer), url)
        raise SourceError(f"{url!r} redirects more than {MAX_REDIRECTS} times; give the address it ends at.")

    def _get(self, url: "httpx.URL", deadline: float, types: tuple[str, ...]) -> Page | str:
        """The page, or where it says it is."""
        import httpcore

        shown = str(url)
        backend = self._backend(url, deadline)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._context(), network_backend=backend) as pool,
                pool.stream("GET", _core(url), headers=[(b"Host", url.netloc), *_HEADERS]) as response,
            ):
                headers = {name.decode("latin-1").casefold(): value for name, value in response.headers}
                if response.status in (301, 302, 303, 307, 308) and headers.get("location"):
                    return headers["location"].decode("utf-8", "replace")
                _check_status(response.status, shown)
                content_type, charset = _type_of(headers.get("content-type", b"").decode("latin-1"))
                if content_type not in types:
                    raise SourceError(
                        f"{shown!r} is {content_type or 'of no declared type'!r}, which is not read; "
                        f"{'use --feed for it' if content_type in FEED_TYPES else 'give a page or an article file'}."
                    )
                data = _body(response.iter_stream(), headers, shown)
                return Page(shown, content_type, charset, data)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise self._too_slow(shown) from error
        except (httpcore.ProtocolError, httpcore.NetworkError, OSError, zlib.error) as error:
            reason = " ".join(str(error).split())[:150] or type(error).__name__
            raise SourceError(f"{shown!r} cannot be fetched ({reason}); check it, or try again later.") from error

    def _backend(self, url: "httpx.URL", deadline: float) -> "httpcore.NetworkBackend":
        from index.readers.connection import PinnedBackend

        return PinnedBackend(self._addresses(url, deadline), deadline)

    def _addresses(self, url: "httpx.URL", deadline: float) -> list[str]:
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

    def _context(self) -> ssl.SSLContext:
        return self._trust or ssl.create_default_context()


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


def _own_address(canonical: str, url: str) -> str:
    """The address a page gives as its own, unless that is another site's or one it shares with other pages."""
    try:
        parts, here = urlsplit(canonical), urlsplit(url)
        same = parts.scheme in ("http", "https") and _site(parts.hostname) == _site(here.hostname)
        same = same and parts.port == here.port and not _is_above(parts, here)
    except ValueError:
        return url
    return canonical if same and canonical.isprintable() else url


def _is_above(parts: SplitResult, here: SplitResult) -> bool:
    """Whether an address is the site's front page or a folder that a page is in: every page there may give it."""
    folder, page = ([name for name in unquote(one.path).split("/") if name] for one in (parts, here))
    if parts.query or page[: len(folder)] != folder:
        return False
    below = "/".join(page[len(folder) :]).casefold()
    return bool(below and not _SAME_PAGE.fullmatch(below)) or bool(here.query and not folder)


def _site(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _parsed(url: str, asked: str) -> "httpx.URL":
    import httpx

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


def _core(url: "httpx.URL") -> Any:
    import httpcore

    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _check_status(status: int, url: str) -> None:
    if status != 200:
        is_theirs = status >= 500 or status == 429
        advice = "try again later" if is_theirs else "check the address, or save the page as a file"
        raise SourceError(f"{url!r} answered with status {status}; {advice}.")


def _type_of(header: str) -> tuple[str, str]:
    content_type, _, rest = header.partition(";")
    parameters = (part.strip().partition("=") for part in rest.split(";"))
    charset = next((value for name, _, value in parameters if name.casefold() == "charset"), "")
    return content_type.strip().casefold(), charset.strip(" \"'")[:40]


def _body(chunks: Iterable[bytes], headers: dict[str, bytes], url: str) -> bytes:
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
