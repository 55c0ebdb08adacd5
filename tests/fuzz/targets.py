"""What is fuzzed, from which seeds, and what must hold of every input."""

import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from config.errors import SourceError
from index.readers.document import Document, Unreadable
from index.readers.markdown import markdown
from index.readers.sources import article_from_document
from index.text.decoding import decode
from index.text.sentences import split_sentences
from tests import documents

OURS = str(Path(__file__).parents[2] / "index")


@dataclass(frozen=True)
class Target:
    """`check` raises for a finding."""

    check: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


def check_document(document: Document) -> None:
    """What holds of every document, and of the article made of it."""
    assert Document.from_dict(json.loads(json.dumps(document.as_dict()))) == document
    starts = [place.start for place in document.places]
    assert starts == sorted(starts)
    assert all(0 <= start < max(1, len(document.text)) for start in starts)
    try:
        article = article_from_document(document, source="fuzzed")
    except SourceError:
        return
    assert article.title.isprintable()
    assert article.title.strip()
    article.text.encode()
    for sentence in split_sentences(article):
        assert article.text[sentence.start : sentence.end] == sentence.text


def check_refusal(refusal: str) -> None:
    """A refusal is a sentence on one line."""
    assert refusal.strip()
    assert refusal.isprintable()


def _reader(kind: str, wrap: Callable[[bytes], bytes] = bytes) -> Callable[[bytes], None]:
    def check(data: bytes) -> None:
        read = import_module(f"index.readers.{kind}").read
        try:
            document = read(wrap(data), "http://a.example/b utf-8")
        except Unreadable as refusal:
            check_refusal(str(refusal))
        except (RecursionError, MemoryError):
            return
        except Exception as error:
            if _is_ours(error):
                raise
        else:
            check_document(document)

    return check


def _is_ours(error: Exception) -> bool:
    """Whether our own line failed; a library's failure becomes a refusal."""
    return traceback.extract_tb(error.__traceback__)[-1].filename.startswith(OURS)


def check_markdown(data: bytes) -> None:
    """Bytes → text → Markdown's places."""
    try:
        text = decode(data, source="fuzzed")
    except SourceError:
        return
    check_document(markdown(text))


def _as_word(data: bytes) -> bytes:
    """The fuzzed bytes as the text of a document that is otherwise whole: mutated archives only fail to open."""
    if data.startswith(b"PK"):
        return data
    return documents.word_with(data)


def _as_book(data: bytes) -> bytes:
    if data.startswith(b"PK"):
        return data
    if data.startswith(b"<package"):
        return documents.archive(
            {"META-INF/container.xml": documents.CONTAINER, "OEBPS/content.opf": data, "OEBPS/c.xhtml": "<p>Text</p>"}
        )
    return documents.book([data])


NEWS = (
    "<html><head><meta charset=utf-8><meta name=author content=A><link rel=canonical href=/x></head><body>"
    "<nav>Menu</nav>"
    "<article><h1>T</h1><p>One two three.<br>Four <b>five</b>.</p><table><tr><td>a<td>b</table><ul><li>x</ul>"
    "<div style='display:none'>hidden</div></article><footer>© x</footer></body></html>"
).encode()
STYLED = (
    b"<html><head><style media=screen>.a, p#b.c > .d:not(.e, .f)::after{display:none!important;left:-9999px}"
    b"@media (max-width:9px){.a{opacity:.5%}} .g{&.h{font-size:0em}} [i='j' i] ~ .k{visibility:hidden}</style></head>"
    b"<body class=l><p class='a c' style='text-indent:-1e3em;opacity:\\30'>One two.</p><p id=b class=c>Three four.</body>"
)
PACKAGE = (
    b'<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
    b'<dc:title>T</dc:title></metadata><manifest><item id="a" href="c.xhtml" media-type="text/html"/></manifest>'
    b'<spine><itemref idref="a"/></spine></package>'
)
ATOM = (
    b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a.example/"><title>F</title>'
    b'<entry><title>E</title><link href="/1"/><updated>2024-01-01T00:00:00Z</updated></entry></feed>'
)

TARGETS: Mapping[str, Target] = {
    "html": Target(
        _reader("html"), lambda: [documents.page(documents.ENGLISH), documents.page(documents.ARABIC), NEWS, STYLED]
    ),
    "pdf": Target(
        _reader("pdf"),
        lambda: [
            documents.printed(documents.ENGLISH),
            *(documents.arabic_print(documents.ARABIC, way=way) for way in documents.WAYS),
        ],
    ),
    "docx": Target(
        _reader("docx", _as_word), lambda: [documents.WORD_XML, documents.word(documents.ARABIC, heading="عنوان")]
    ),
    "epub": Target(
        _reader("epub", _as_book),
        lambda: [documents.page(documents.ENGLISH), documents.book([documents.page(documents.ARABIC)]), PACKAGE],
    ),
    "feed": Target(_reader("feed"), lambda: [documents.feed(["https://a.example/1", "https://b.example/2"]), ATOM]),
    "markdown": Target(
        check_markdown,
        lambda: [
            b"---\ntitle: A\ntags: [a, b]\n---\n# One\n\nText.\n```\n# no\n```\n## Two",
            "نص".encode("cp1256"),
        ],
    ),
}
