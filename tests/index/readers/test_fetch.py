"""Fetching from real servers on loopback; where names lead is said by the tests' resolver."""

import gzip
import threading
import time
from collections.abc import Sequence

import pytest

from config.errors import SourceError
from index.readers.fetch import Fetcher, is_public
from index.readers.sources import (
    article_from_address,
)
from tests.site import Reply, Site, chunks, redirect, reply

ARABIC = "أكدت روسيا أنها باقية في القاعدة، وقالت إن المحادثات مستمرة مع جميع الأطراف في البلاد."
PAGE = f"<html><head><title>خبر</title></head><body><article><h1>خبر</h1><p>{ARABIC}</p></article></body></html>"


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("text/html; charset=windows-1256", PAGE.encode("cp1256")),
        ("text/html", PAGE.replace("<head>", '<head><meta charset="windows-1256">').encode("cp1256")),
        ("text/plain; charset=utf-8", ARABIC.encode()),
        ("Text/HTML", gzip.compress(PAGE.encode())),
    ],
)
def test_encodings_and_packing(site: Site, content_type: str, data: bytes) -> None:
    packed = "gzip" if data[:2] == b"\x1f\x8b" else "identity"
    site.replies["/a"] = reply(data, content_type, Content_Encoding=packed)
    assert ARABIC in article_from_address(site.url("/a"), site.fetcher()).text


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",  # an address to refuse
            "224.0.0.1",
        ),
        *("255.255.255.255", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "fd00:ec2::254", "junk"),
    ],
)
def test_what_is_not_public_is_not_connected_to(site: Site, address: str) -> None:
    assert not is_public(address)
    site.names["inner.example"] = ["8.8.8.8", address]  # one of them is enough
    with pytest.raises(SourceError, match="no public address"):
        article_from_address(site.url("/a", "inner.example"), site.fetcher())
    assert site.asked == []


def test_public_addresses_are() -> None:
    assert all(map(is_public, ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("http://169.254.169.254/latest/meta-data/", "no public address"),
        ("http://inner.example/", "no public address"),
        ("//inner.example/", "no public address"),
        ("http://[::1]/", "no public address"),
        ("http://2130706433/", "no public address"),
        ("file:///etc/passwd", "no http"),
        ("ftp://news.example/", "no http"),
        ("http://user:secret@news.example/", "name and password"),
        ("http://exa mple/", "no public address"),
    ],
)
def test_redirects_are_checked_like_any_address(site: Site, target: str, words: str) -> None:
    site.names.update({"169.254.169.254": ["169.254.169.254"], "::1": ["::1"], "2130706433": ["127.0.0.1"]})
    site.replies["/a"] = redirect(target)
    with pytest.raises(SourceError, match=words) as caught:
        article_from_address(site.url("/a"), site.fetcher())
    assert "secret" not in str(caught.value)
    assert len(site.asked) == 1


def test_a_name_is_looked_up_once_and_the_checked_address_connected_to(site: Site) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    fetcher = Fetcher(allowed_hosts=("rebinding.invalid",), resolver=lambda *_: next(answers))
    site.replies["/a"] = reply(PAGE)
    assert ARABIC in article_from_address(site.url("/a", "rebinding.invalid"), fetcher).text
    assert site.asked == [f"rebinding.invalid:{site.port}/a"]
    assert next(answers) == ["169.254.169.254"]  # it was never asked for


def test_an_allowed_host_allows_no_other(site: Site) -> None:
    site.replies["/a"] = redirect(site.url("/b", "other.example"))
    with pytest.raises(SourceError, match=r"add 'other\.example' to fetch\.allowed_hosts"):
        article_from_address(site.url("/a"), site.fetcher())
    site.replies["/c"] = reply(PAGE)
    assert article_from_address(site.url("/c"), site.fetcher(f"NEWS.example:{site.port}"))
    with pytest.raises(SourceError, match="no public address"):
        article_from_address(site.url("/c"), site.fetcher("news.example:1"))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (redirect("/a"), "more than 5 times"),
        (reply(b"x", status=404), "status 404; check"),
        (reply(b"x", status=503), "status 503; try again later"),
        (reply(b"GIF89a", "image/gif"), "'image/gif', which is not read"),
        (reply(b"<rss/>", "application/rss+xml"), "use --feed"),
        (reply(b"x", ""), "of no declared type"),
        (reply(b"x", Content_Encoding="br"), "'br'"),
        (reply(b"not gzip", Content_Encoding="gzip"), "cannot be fetched"),
        (reply(b"", "text/html"), "is empty|no text"),
        (chunks("text/html", b"<p>" + b"x" * 500_000), "more than the 20 MB"),
        (reply(gzip.compress(bytes(10**8)), Content_Encoding="gzip"), "more than the 20 MB"),
        (chunks("text/html", b"x", pause=0.1), "took more than 1 seconds"),
        (lambda handler: time.sleep(3), "took more than 1 seconds"),
        (lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 10**5), "cannot be fetched"),
        (lambda handler: handler.wfile.write(b"\0\xff junk\r\n\r\n"), "cannot be fetched"),
        (lambda handler: handler.connection.close(), "cannot be fetched"),
    ],
)
def test_what_a_server_may_not_do_to_us(site: Site, answer: Reply, words: str) -> None:
    site.replies["/a"] = answer
    began = time.monotonic()
    with pytest.raises(SourceError, match=words) as caught:
        article_from_address(site.url("/a"), site.fetcher(seconds=1 if "took" in words else 10))
    assert time.monotonic() - began < 9
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_host_that_is_not_there_and_an_address_that_is_none(site: Site) -> None:
    def nobody(host: str, _port: int) -> Sequence[str]:
        raise OSError(host)

    with pytest.raises(SourceError, match=r"no host 'gone\.example'"):
        article_from_address("http://gone.example/", Fetcher(resolver=nobody))
    with pytest.raises(SourceError, match="names the port 99999"):
        article_from_address("http://127.0.0.1:99999/", Fetcher(resolver=nobody))
    for url in ("http://", "https://[/", "http://a b/", "http://\u202e/", "http://x:99999999/"):
        with pytest.raises(SourceError):
            article_from_address(url, Fetcher(resolver=nobody))


def test_a_slow_look_up_of_a_name_counts_as_the_pages_time(site: Site) -> None:
    answered = threading.Event()

    def slow(*_: object) -> Sequence[str]:
        answered.wait(20)
        return ["127.0.0.1"]

    began = time.monotonic()
    with pytest.raises(SourceError, match="took more than 1 seconds; try again later"):
        article_from_address(site.url("/a"), Fetcher(allowed_hosts=("news.example",), resolver=slow, seconds=1))
    assert time.monotonic() - began < 5
    answered.set()
    assert site.asked == []
