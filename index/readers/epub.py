"""An e-book (.epub) → its chapters in reading order. Runs in the limited process.

Our own few lines over zipfile and lxml: the known library, ebooklib, may not be shipped under our licence.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from lxml import etree

from index.readers.document import Block, Document, Unreadable, iso_date, open_archive
from index.readers.html import blocks, decode_page, parse
from index.types import Metadata

_NAMES = {
    "container": "urn:oasis:names:tc:opendocument:xmlns:container",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_CHAPTERS = ("application/xhtml+xml", "text/html")


def read(data: bytes, _hint: str) -> Document:
    """Read a book (EPUB 2 or 3, https://www.w3.org/TR/epub-33/). Raises: Unreadable."""
    with open_archive(data) as archive:
        if "META-INF/encryption.xml" in archive.namelist() and b"EncryptedData" in archive.read(
            "META-INF/encryption.xml"
        ):
            raise Unreadable("is protected against copying; give a book without protection")
        package = _package(archive)
        tree = _xml(archive, package)
        title = next(iter(_facts(tree, "title")), "")
        document = Document.from_blocks(_text(archive, package, tree), title=title, metadata=_metadata(tree))
    if not document.text:
        raise Unreadable("has no text; if it holds pictures of pages, give their text as a .txt file")
    return document


def _metadata(tree: etree._Element) -> Metadata:
    date = next(iter(_facts(tree, "date")), "")
    return Metadata(", ".join(_facts(tree, "creator")[:5]), iso_date(date), "", tuple(_facts(tree, "subject")[:20]))


def _facts(tree: etree._Element, name: str) -> list[str]:
    """What the package document says about the book under a name of Dublin Core's."""
    return [" ".join("".join(element.itertext()).split())[:300] for element in tree.iterfind(f".//dc:{name}", _NAMES)]


def _package(archive: zipfile.ZipFile) -> str:
    """The name of the package document, which lists the book's files and says in what order they are read."""
    root = _xml(archive, "META-INF/container.xml").find(".//container:rootfile", _NAMES)
    if root is None:
        raise Unreadable("is no e-book: it names no package document; check the file")
    return str(root.get("full-path", ""))


def _text(archive: zipfile.ZipFile, package: str, tree: etree._Element) -> Iterator[Block]:
    """The blocks of all chapters in reading order; a chapter that is listed twice comes once."""
    files = {
        str(item.get("id")): posixpath.normpath(posixpath.join(posixpath.dirname(package), _path(item.get("href", ""))))
        for item in tree.iterfind(".//opf:manifest/opf:item", _NAMES)
        if item.get("media-type") in _CHAPTERS and "nav" not in item.get("properties", "").split()
    }
    read: set[str] = set()
    for reference in tree.iterfind(".//opf:spine/opf:itemref", _NAMES):
        name = files.get(str(reference.get("idref")), "")
        if name in archive.namelist() and name not in read:
            read.add(name)
            yield from _chapter(archive.read(name))


def _chapter(data: bytes) -> Iterator[Block]:
    if not data.strip():
        return
    tree = parse(_without_declaration(decode_page(data, "")))
    for part in tree.xpath(".//head|.//script|.//style|.//nav"):
        part.drop_tree()
    yield from blocks(tree)


def _without_declaration(text: str) -> str:
    return text.partition("?>")[2] if text.lstrip("\ufeff \r\n\t").startswith("<?xml") else text


def _path(href: str) -> str:
    return unquote(urlsplit(href).path)


def _xml(archive: zipfile.ZipFile, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(archive.read(name), parser)
    except KeyError as error:
        raise Unreadable(f"is no e-book: it has no {name!r}; check the file") from error
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"is a damaged e-book: {name!r} is not valid XML; save it again") from error
