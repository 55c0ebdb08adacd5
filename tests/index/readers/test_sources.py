"""Files, bytes, addresses and feeds become articles, or one clear sentence."""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import SourceError
from index.readers.sources import (
    MAX_BYTES,
    MAX_ENTRIES,
    Skipped,
    Unchanged,
    article_from_address,
    article_from_bytes,
    article_from_text,
    read_feed,
    read_source,
)
from index.types import Article, Location
from tests import documents
from tests.documents import ARABIC, ENGLISH
from tests.site import Site, redirect, reply

ARABIC_TEXT = "أكدت روسيا، الخميس، أنها باقية.\r\nوقالت “لا تغيير”؛ فهل تصدق؟"
ENGLISH_TEXT = "The café opened in 2015.\nIt’s “busy” – very."


def read(path: Path) -> Article:
    (article,) = read_source(path)
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"word " * 2_100_000, "more than 10 million characters"),
        (b" \n\t\r\n", "white space"),
        ("\ufeff".encode(), "empty"),
        ("… — «»!".encode(), "no letter or digit"),
        (b"%PDF-1.7 text text", "PDF"),
        (b"PK\x03\x04 words", "ZIP"),
        (b"\x89PNG\r\n", "image"),
        (b"plain text with a \0 in it", "not a text"),
        (b"abc\x01\x02\x03\x04\x05\x06 def", "not a text"),
        (bytes(range(256)) * 4, "not a text"),
        (ARABIC_TEXT.encode() + b"\xc7", f"byte {len(ARABIC_TEXT.encode())} (0xC7)"),
        (ENGLISH_TEXT.encode() + "مرحبا".encode("cp1256"), f"byte {len(ENGLISH_TEXT.encode())} (0xE3)"),
        ("سلام".encode("cp1256") + b"\n" + ARABIC_TEXT.encode(), "byte 0 (0xD3)"),
        ("café and naïve, one bad byte ".encode() + b"\xff here", "byte 31 (0xFF)"),
        (b"text \xed\xa0\x80 text", "byte 5 (0xED)"),
        (ARABIC_TEXT.encode("utf-16") + b"\x00", f"byte {2 + 2 * len(ARABIC_TEXT)} "),
        ("Россия подтвердила контакты с партиями.".encode("cp1251"), "known encoding"),
        ("أكدت روسيا أنها تتواصل مع المعارضة".encode("iso8859_6"), "known encoding"),
        (b"a" * (MAX_BYTES + 1), "20 MB"),
    ],
)
def test_what_is_no_article_gets_one_clear_sentence(data: bytes, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        article_from_bytes(data, source="dir/odd\nname.txt")
    message = str(caught.value)
    assert words in message
    assert "'dir/odd\\nname.txt'" in message
    assert "\n" not in message
    assert message.endswith(".")


@settings(deadline=None)  # now and then one is taken for a page or a PDF file, and read in a process of its own
@given(st.binary(max_size=300))
def test_any_bytes_are_an_article_or_a_source_error(data: bytes) -> None:
    try:
        article = article_from_bytes(data, source="s")
    except SourceError:
        return
    assert any(char.isalnum() for char in article.text)
    assert article.title.isprintable()
    article.text.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The *Base*\n\nIt was built in 2015.", "The Base"),
        ("<!-- note -->\n\n## سند ##\nنص", "سند"),
        ("\n\nعنوان المقال\n\nأكدت روسيا ذلك.", "عنوان المقال"),
        ("Short. Text.", "Short. Text."),
        ("***\nTitle", "Title"),
        ("a\u200fb\x07\tc\n" + "x" * 200, "ab c"),
        ("word " * 40, "word " * 15 + "word…"),
        ("ا" * 200, "ا" * 80 + "…"),
    ],
)
def test_the_title_is_a_heading_or_the_first_words(text: str, title: str) -> None:
    assert article_from_text(text, source="s").title == title


def test_a_given_title_wins_and_is_one_line() -> None:
    assert article_from_text("نص", source="s", title=" a\n\u200fb ").title == "a b"
    assert article_from_text("نص", source="s", title="\n").title == "نص"


def test_identity_follows_the_source_and_version_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text(ARABIC_TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    first, same = read(path), read(Path("a.txt"))
    path.write_text(ENGLISH_TEXT, encoding="utf-8")
    changed = read(path)
    assert first == same
    assert (first.language, changed.language) == ("ar", "en")
    assert first.id == changed.id != article_from_text(ARABIC_TEXT, source="elsewhere").id
    assert len(first.id) == 12
    assert first.version != changed.version
    assert first.source == str(path.resolve())


def test_what_is_piped_in_has_an_id_of_its_own_and_may_begin_with_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = set()
    for text in ("---\ntitle: Boats\n---\nThe ferry sails.", "The museum opens."):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        (article,) = read_source("-")
        assert isinstance(article, Article)
        ids.add(article.id)
        assert article.title in ("Boats", "The museum opens.")
    assert len(ids) == 2


def test_half_a_character_is_replaced_so_that_the_text_can_be_stored() -> None:
    assert article_from_text("a\ud800b", source="s").text == "a\ufffdb"


def test_a_folder_gives_its_articles_sorted_and_its_problems_among_them(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("z.txt", "a.MD", "b/c.txt", ".hidden.txt", ".git/d.txt", "data.json"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    (tmp_path / "m.txt").write_bytes(b"%PDF-1.4")
    (tmp_path / "n.txt").symlink_to("nowhere")
    (tmp_path / "o.txt").symlink_to("o.txt")
    (tmp_path / "y.txt").symlink_to("z.txt")
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    found = list(read_source(tmp_path))
    assert [Path(item.source).name for item in found if isinstance(item, Article)] == ["a.MD", "z.txt", "c.txt"]
    problems = [str(item) for item in found if isinstance(item, SourceError)]
    assert len(problems) == 3
    assert all(name in problem for name, problem in zip(("m.txt", "n.txt", "o.txt"), problems, strict=True))


def test_a_folder_without_a_readable_article_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no article"):
        list(read_source(tmp_path))
    (tmp_path / "a.txt").touch()
    items = read_source(tmp_path)
    assert isinstance(next(items), SourceError)
    with pytest.raises(SourceError, match="no article"):
        next(items)


@pytest.mark.parametrize("paragraphs", [ARABIC, ENGLISH], ids=["ar", "en"])
@pytest.mark.parametrize("kind", ["html", "docx", "epub"])
def test_words_survive_in_order(kind: str, paragraphs: tuple[str, ...]) -> None:
    page = documents.page(paragraphs, title="عنوان")
    data = {"html": page, "docx": documents.word(paragraphs, heading="عنوان"), "epub": documents.book([page])}[kind]
    article = article_from_bytes(data, source=f"a.{kind}")
    assert article.text.split("\n")[1:] == list(paragraphs)
    assert article.location(article.text.index(paragraphs[1])) == Location(0, 0, "عنوان")


WORD = "open sesame"


def no_text() -> bytes:
    return documents.pdf_file(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            2: "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        }
    )


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (no_text(), "a.pdf", "a scan"),
        (documents.printed(ENGLISH, password=WORD), "a.pdf", "password"),
        (documents.arabic_print(("\ue001\ue002\ue003 \ue004\ue005",), way="letters as seen"), "a.pdf", "its fonts"),
        (b"%PDF-1.7\n", "a.pdf", "damaged PDF"),
        (b"<html><body><script>x()</script></body></html>", "a.html", "no text"),
        (b"PK\x05\x06" + bytes(18), "a.docx", "no Word document"),
        (documents.archive({"a.txt": "x"}), "a.epub", "META-INF/container.xml"),
        (documents.word(()), "a.docx", "no text"),
        (documents.book([]), "a.epub", "no text"),
        (
            documents.archive(
                {"META-INF/container.xml": documents.CONTAINER, "META-INF/encryption.xml": "EncryptedData"}
            ),
            "a.epub",
            "protected against copying",
        ),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(data: bytes, name: str, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        article_from_bytes(data, source=name)
    assert str(caught.value).startswith(f"'{name}' ")
    assert re.search(r"; .+\.$", str(caught.value)) or ": " in str(caught.value)


def test_bytes_without_a_known_name_are_read_by_how_they_begin() -> None:
    for data in (documents.page(ENGLISH), documents.printed(ENGLISH), documents.word(ENGLISH)):
        assert ENGLISH[0] in article_from_bytes(data, source="telegram:1").text
    assert ENGLISH[0] in article_from_bytes(documents.book([documents.page(ENGLISH)]), source="x").text
    assert article_from_bytes(b"a < b", source="x").text == "a < b"


def test_a_saved_page_is_shown_as_the_file_it_is() -> None:
    head = b'<head><link rel="canonical" href="https://evil.example/x">'
    page = documents.page(ENGLISH).replace(b"<head>", head)
    assert article_from_bytes(page, source="a.html").metadata.url == ""
    assert article_from_bytes(page, source="a", kind="html", hint="https://evil.example/ ").metadata.url


def test_a_tag_counts_once() -> None:
    text = "---\ntags: [boats, Boats, boats]\n---\nText."
    assert len(article_from_bytes(text.encode(), source="a.md").metadata.tags) == 1


SENTENCE = "أكدت روسيا أنها باقية في القاعدة، وقالت إن المحادثات مستمرة مع جميع الأطراف في البلاد."
PAGE = f"<html><head><title>خبر</title></head><body><article><h1>خبر</h1><p>{SENTENCE}</p></article></body></html>"


def test_a_page_is_read_under_the_address_it_names(site: Site) -> None:
    head = f'<link rel="canonical" href="{site.url("/own")}"><meta name="author" content="ليلى حسن">'
    site.replies["/a"] = redirect("/b?x=1")
    site.replies["/b?x=1"] = reply(PAGE.replace("<head>", "<head>" + head))
    (article,) = read_source(site.url("/a"), fetcher=site.fetcher())
    assert isinstance(article, Article)
    assert (article.source, article.metadata.url, article.metadata.link) == (
        site.url("/own"),
        site.url("/own"),
        site.url("/a"),
    )
    assert (article.title, article.language, article.metadata.author) == ("خبر", "ar", "ليلى حسن")
    assert SENTENCE in article.text
    assert site.lookups == ["news.example"] * 2


def test_a_page_cannot_take_the_place_of_another_sites(site: Site) -> None:
    site.replies["/a"] = reply(
        PAGE.replace("<head>", '<head><link rel="canonical" href="https://bank.example/notice">')
    )
    assert article_from_address(site.url("/a"), site.fetcher()).source == site.url("/a")


@pytest.mark.parametrize(
    ("page", "canonical", "kept"),
    [
        ("/2024/storm", "/", False),
        ("/2024/storm", "", False),
        ("/2024/storm", "/#top", False),
        ("/2024/storm", "/2024/", False),
        ("/%D8%A3/storm", "/أ", False),
        ("/?p=5", "/", False),
        ("/index.php?p=5", "/", False),
        ("/story/2", "/story", False),
        ("/2024/storm", "/?p=5", True),
        ("/story/amp", "/story/", True),
        ("/story/index.html", "/story/", True),
        ("/story?from=mail", "/story", True),
        ("/2024/storm", "/2024/storm-hits", True),
    ],
)
def test_an_address_that_many_pages_share_is_no_pages_own(site: Site, page: str, canonical: str, *, kept: bool) -> None:
    site.replies[page] = reply(PAGE.replace("<head>", f'<head><link rel="canonical" href="{site.url(canonical)}">'))
    article = article_from_address(site.url(page), site.fetcher())
    assert article.source == site.url(canonical if kept else page)
    assert article.metadata.url == article.source


def test_two_articles_that_both_name_the_front_page_are_two(site: Site) -> None:
    head = f'<head><link rel="canonical" href="{site.url("/")}">'
    for path in ("/a/one", "/a/two"):
        site.replies[path] = reply(PAGE.replace("<head>", head))
    first, second = (article_from_address(site.url(path), site.fetcher()) for path in ("/a/one", "/a/two"))
    assert first.id != second.id


@pytest.mark.parametrize("content_type", ["application/rss+xml", "text/html"])
def test_a_feed_gives_its_new_entries_only(site: Site, content_type: str) -> None:
    links = [site.url(f"/{number}") for number in range(3)]
    items = "".join(f"<item><title>t</title><link>{link}</link></item>" for link in [*links, "file:///etc/passwd"])
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
    site.replies["/feed"] = reply(feed, content_type)
    site.replies["/0"] = reply(PAGE)
    site.replies["/1"] = reply(b"", status=500)
    found = list(read_feed(site.url("/feed"), site.fetcher(), known={links[2]}))
    assert [type(item).__name__ for item in found] == ["Article", "SourceError", "Unchanged"]
    assert found[2] == Unchanged(links[2])
    assert site.asked == [f"news.example:{site.port}{path}" for path in ("/feed", "/0", "/1")]


def test_a_feeds_entries_after_the_most_that_are_read_are_named(site: Site) -> None:
    links = [site.url(f"/{number}") for number in range(MAX_ENTRIES + 3)]
    site.replies["/feed"] = reply(documents.feed(links), "application/rss+xml")
    found = list(read_feed(site.url("/feed"), site.fetcher(), known={*links[:MAX_ENTRIES], links[-1]}))
    assert found[:-3] == [Unchanged(link) for link in links[:MAX_ENTRIES]]
    reason = "after the first 200 entries of its feed"
    assert found[-3:] == [Skipped(links[-3], reason), Skipped(links[-2], reason), Unchanged(links[-1])]
    assert site.asked == [f"news.example:{site.port}/feed"]


@pytest.mark.parametrize("body", [PAGE, "", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'])
def test_what_is_no_feed_is_refused(site: Site, body: str) -> None:
    site.replies["/feed"] = reply(body, "application/xml")
    with pytest.raises(SourceError, match="no RSS or Atom feed"):
        list(read_feed(site.url("/feed"), site.fetcher(), known=()))
