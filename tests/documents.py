"""Files of every kind that is read, made from paragraphs, for the tests of the readers and for fuzzing.

The PDF files in Arabic are written here byte by byte, in the ways programs are known to write them, so that no font and
no program need be installed.
"""

import html
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from functools import cache
from itertools import count

import arabic_reshaper
import docx
from bidi import get_display
from docx.oxml import OxmlElement
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from index.readers.pdf.bidi import has_rtl, is_rtl

ARABIC = (
    "أكدت روسيا، الخميس، أنها تتواصل مع أحزاب المعارضة للحفاظ على قواعدها العسكرية في البلاد.",
    "وأضاف: “القواعد لا تزال موجودة”، وبلغ العدد 3.5 مليون (نحو 40 في المئة) عام 2016.",
    "واستخدم الباحثون نموذج GPT-4 في الاختبارات الأولى، ثم نموذج Claude 3 بعد ذلك.",
    "الإسلامية والأسد والأوسط والآن ولأن الأرض للأجيال القادمة، قال أحدهم: «لا بأس».",
)
ENGLISH = (
    "A ferry that runs entirely on batteries began sailing on Monday between Port Selwa and Little Amber.",
    "It makes the 14-kilometre crossing in 35 minutes, “ten minutes faster” than its predecessor (the Vega).",
    "The ferry cost 31.5 million, of which the region paid a third; fares do not change before 2026.",
    "Batteries are recharged at the quay in under 20 minutes, said the well-known captain.",
)


def varied(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Some pages of paragraphs that differ by their first words: what comes back word for word may be a header."""
    words = (
        "أولا ثانيا ثالثا رابعا خامسا سادسا سابعا ثامنا"
        if has_rtl(paragraphs[0])
        else "One Two Three Four Five Six Seven"
    )
    return tuple(f"{word} {text}" for word in words.split() for text in paragraphs)


def page(paragraphs: Sequence[str], *, title: str = "Title", language: str = "en") -> bytes:
    """A web page: nothing but the article."""
    body = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
    direction = "rtl" if language == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>{title}</title>'
        f"</head><body><article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


def word(paragraphs: Sequence[str], *, heading: str = "") -> bytes:
    """A Word document."""
    document = docx.Document()
    if heading:
        document.add_heading(heading, 1)
    for paragraph in paragraphs:
        added = document.add_paragraph(paragraph)
        if is_rtl(paragraph):
            added._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
            for run in added.runs:
                run._r.get_or_add_rPr().append(OxmlElement("w:rtl"))
    return saved(document)


def saved(document: "docx.document.Document") -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


WORD_XML = (
    b'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    b'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Title</w:t></w:r></w:p>'
    b"<w:p><w:ins><w:r><w:t>New</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>"
    b"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    b"<w:sdt><w:sdtContent><w:p><w:r><w:t>in</w:t><w:br/><w:tab/></w:r></w:p></w:sdtContent></w:sdt></w:body></w:document>"
)


def word_with(document: bytes) -> bytes:
    """A Word document whose main part is this XML."""
    return archive({**_word_parts(), "word/document.xml": document})


@cache
def _word_parts() -> dict[str, bytes | str]:
    with zipfile.ZipFile(io.BytesIO(word(()))) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


def archive(files: dict[str, bytes | str]) -> bytes:
    """A ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return file.getvalue()


def book(chapters: Sequence[bytes], *, title: str = "Book", extra: str = "") -> bytes:
    """An e-book with these pages as chapters."""
    items = "".join(
        f'<item id="c{n}" href="text/c%20{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title>'
        f"<dc:creator>Dana Reed</dc:creator><dc:date>2019-04-05T00:00:00Z</dc:date>{extra}</metadata>"
        f'<manifest>{items}<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        "</manifest>"
        f'<spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/content.opf": package,
            "OEBPS/nav.xhtml": "<html><body><nav>Contents</nav></body></html>",
            **{f"OEBPS/text/c {n}.xhtml": chapter for n, chapter in enumerate(chapters)},
        }
    )


CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>'
    "</container>"
)


def feed(links: Sequence[str]) -> bytes:
    """An RSS feed."""
    items = "".join(f"<item><title>t</title><link>{html.escape(link)}</link></item>" for link in links)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def printed(paragraphs: Sequence[str], *, heading: str = "Heading", password: str | None = None) -> bytes:
    """A PDF file in English, set by ReportLab, with page numbers."""
    file = io.BytesIO()
    styles = getSampleStyleSheet()
    body = ParagraphStyle("body", parent=styles["BodyText"], fontSize=11, leading=15, spaceAfter=8)

    def number(canvas, document) -> None:  # type: ignore[no-untyped-def]  # ReportLab has no types
        canvas.drawCentredString(300, 30, f"Page {document.page}")
        canvas.drawString(72, 810, "The Harbour Post")

    template = SimpleDocTemplate(file, title="Printed", author="Dana Reed", encrypt=password)
    story = [Paragraph(heading, styles["Heading1"]), *(Paragraph(html.escape(text), body) for text in paragraphs)]
    template.build(story, onFirstPage=number, onLaterPages=number)
    return file.getvalue()


EXACT_WAYS = ("shapes as seen", "letters as seen", "letters as read", "ligatures backwards", "logical order")
WAYS = (*EXACT_WAYS, "words as seen")
WORDS_BACKWARDS = "words backwards"
"""Not as it looks: the letters of each word from left to right, as some text recognition leaves them."""


def arabic_print(paragraphs: Sequence[str], *, way: str, width: int = 60, lines_a_page: int = 40) -> bytes:
    """A PDF file in Arabic, one glyph a character, written in one of `WAYS`.

    They differ in which characters the font says its glyphs are (the shapes of letters, or the letters), and in
    the order in which the glyphs of a line are drawn; on the page, all look alike, but for "logical order": so draws a
    program that knows nothing of Arabic, the first letter at the left.
    """
    glyphs = _Glyphs()
    streams: list[str] = []
    lines: list[str] = []
    y = 780
    for paragraph in paragraphs:
        for line in _wrapped(paragraph, width):
            if len(lines) == lines_a_page:
                streams.append("\n".join(lines))
                lines, y = [], 780
            lines.append(_drawn(line, y, glyphs, way))
            y -= 16
        y -= 10
    return _file([*streams, "\n".join(lines)], glyphs)


def vowelled_print(line: str) -> bytes:
    """A PDF file of a line of Arabic words, drawn as Chromium does: signs apart from their letters, and spelt out.

    What is drawn is the letter o, for want of an Arabic font.
    """
    drawn: list[str] = []
    for number, letter in enumerate(reversed(re.findall("[^\u064b-\u0652][\u064b-\u0652]*", line))):
        x = 40 + 5.5 * number
        parts = [*(_show(x + 1, 788, "(')") for _ in letter[1:]), _show(x, 780, "(o)")]
        spelt = f"/Span <</ActualText <FEFF{letter.encode('utf-16-be').hex()}>>> BDC"
        drawn += [] if letter == " " else [spelt, *parts, "EMC"]
    return pdf_file(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            2: "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
            "/Resources << /Font << /F1 4 0 R >> >> >>",
            4: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            5: _stream("\n".join(drawn)),
        }
    )


class _Glyphs:
    """Which glyph stands for which text; all are 6 points wide."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._next = count(1)

    def __getitem__(self, text: str) -> int:
        if text not in self.numbers:
            self.numbers[text] = next(self._next)
        return self.numbers[text]


def _wrapped(paragraph: str, width: int) -> list[str]:
    lines, line = [], ""
    for one in paragraph.split():
        if line and len(line) + 1 + len(one) > width:
            lines.append(line)
            line = one
        else:
            line = f"{line} {one}".strip()
    return [*lines, line]


def _drawn(line: str, y: int, glyphs: _Glyphs, way: str) -> str:
    shapes = arabic_reshaper.reshape(line)
    seen = shapes if way == "logical order" else get_display(shapes, base_dir="R")
    codes = [f"<{glyphs[_meaning(shape, way)]:04X}>" for shape in seen]
    left = 540 - 6 * len(seen)
    if way == "letters as read":
        return _show(540 - 6, y, " 1200 ".join(reversed(codes)))  # 12 points back after each 6 points wide glyph
    if way not in ("words as seen", WORDS_BACKWARDS):
        return _show(left, y, " ".join(codes))
    words, shown = "".join(seen).split(" "), []
    if way == WORDS_BACKWARDS:
        words = [one[::-1] if has_rtl(one) else one for one in words]
    for one in words:
        shown.append(_show(left, y, " ".join(f"<{glyphs[_meaning(shape, way)]:04X}>" for shape in one)))
        left += 6 * (len(one) + 1)
    return "\n".join(reversed(shown))


def _meaning(shape: str, way: str) -> str:
    """What the font says a glyph is."""
    if way == "shapes as seen":
        return shape
    letters = unicodedata.normalize("NFKC", shape)
    return letters[::-1] if way == "ligatures backwards" else letters


def _show(x: float, y: float, codes: str) -> str:
    return f"BT /F1 10 Tf 1 0 0 1 {x} {y} Tm [{codes}] TJ ET"


def _file(streams: Sequence[str], glyphs: _Glyphs) -> bytes:
    mapping = "\n".join(f"<{number:04X}> <{text.encode('utf-16-be').hex()}>" for text, number in glyphs.numbers.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(glyphs.numbers)} beginbfchar\n{mapping}\nendbfchar endcmap end end"
    )
    pages = range(6, 6 + 2 * len(streams), 2)
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Count {len(streams)} /Kids [{' '.join(f'{n} 0 R' for n in pages)}] >>",
        3: "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [4 0 R] "
        "/ToUnicode 5 0 R >>",
        4: "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 600 /FontDescriptor << /Type /FontDescriptor "
        "/FontName /X /Flags 4 /FontBBox [0 -200 1000 800] /Ascent 800 /Descent -200 /ItalicAngle 0 /CapHeight 700 "
        "/StemV 80 >> /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        5: _stream(cmap),
    }
    for number, stream in zip(pages, streams, strict=True):
        objects[number] = (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {number + 1} 0 R >>"
        )
        objects[number + 1] = _stream(stream)
    return pdf_file(objects)


def _stream(text: str) -> str:
    packed = zlib.compress(text.encode())
    return f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n{packed.decode('latin-1')}\nendstream"


def pdf_file(objects: dict[int, str]) -> bytes:
    """A PDF file of these objects, the first of which is its catalog."""
    data = bytearray(b"%PDF-1.7\n")
    offsets = {}
    for number, text in objects.items():
        offsets[number] = len(data)
        data += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    start = len(data)
    data += f"xref\n0 {max(objects) + 1}\n0000000000 65535 f \n".encode()
    for number in range(1, max(objects) + 1):
        data += b"%010d 00000 n \n" % offsets.get(number, 0)
    return bytes(data + f"trailer << /Size {max(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
