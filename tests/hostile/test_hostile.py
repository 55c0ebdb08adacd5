"""Files made to exhaust, crash or mislead their reader: a clear sentence, in bounded time, and the rest goes on."""

import io
import re
import resource
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from config.errors import SourceError
from index.readers.sources import article_from_bytes, read_source
from index.text.sentences import split_sentences
from index.types import Article, Metadata
from tests import documents
from tests.fuzz.__main__ import CHANGES, changed
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
FINDINGS = sorted(path for path in (ROOT / "tests" / "fuzz" / "findings").rglob("*") if path.is_file())
LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>'


def zip_bomb(name: str) -> bytes:
    """An archive of a few hundred kilobytes that unpacks to 400 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open(name, "w") as part:
            for _ in range(40):
                part.write(bytes(10_000_000))
    return file.getvalue()


def lying_zip() -> bytes:
    """An archive whose list says that a large file is small."""
    data = bytearray(documents.book([b"<p>" + b"word " * 2_000_000 + b"</p>"]))
    size = (len("<p></p>") + 10_000_000).to_bytes(4, "little")
    return bytes(data.replace(size, (1000).to_bytes(4, "little")))


def yaml_laughs(name: str) -> bytes:
    """Front matter of which one value has sixteen million parts once its aliases are unfolded."""
    levels = [f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 4)}]" for n in range(1, 13)]
    return "\n".join(["---", "b0: &b0 [x, x, x, x]", *levels, f"{name}: *b12", "---", "text"]).encode()


def pdf_with(page: str, **objects: str) -> bytes:
    numbered = {int(name[1:]): text for name, text in objects.items()}
    return documents.pdf_file({1: "<< /Type /Catalog /Pages 2 0 R >>", 2: page, **numbered})


def endless_pdf() -> list[bytes]:
    packed = zlib.compress(b"BT /F1 9 Tf (word) Tj ET\n" * 1_000_000, 9).decode("latin-1")
    stream = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n{packed}\nendstream"
    return [
        pdf_with("<< /Type /Pages /Count 1000000000 /Kids [2 0 R 2 0 R] >>"),
        pdf_with(
            "<< /Type /Pages /Kids [3 0 R] /Count 2 >>", o3="<< /Type /Pages /Kids [2 0 R] /Parent 2 0 R /Count 2 >>"
        ),
        pdf_with(
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            o3="<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R "
            "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
            o4=stream,
        ),
        b"%PDF-1.7\n" + b"1 0 obj\n<< /A " * 200_000,
        b"%PDF-1.7\n" + b"[" * 1_000_000,
    ]


HOSTILE = {
    "nested.html": b"<div>" * 10**6 + b"text",
    "nested bold.html": b"<html>" + b"<b>" * 10**6 + b"text",
    "tables.html": b"<table><tr><td>" * 10**5 + b"text",
    "one word.html": b"<p>" + b"a" * 19_000_000,
    "attributes.html": b"<p " + b"a=1 " * 10**6 + b">text",
    "brackets.html": b"<" * 200_000 + b" text",
    "entities.html": (BOMB + "<p>&a9; text</p>").encode(),
    "styles.html": b"<style>" + b".a{display:none}" * 60_000 + b"</style>" + b"<p class='b a'>text</p>" * 60_000,
    "classes.html": b"<style>"
    + b".a{display:none}" * 60_000
    + b"</style>"
    + b"".join(b"<p class='a x%d'>text</p>" % number for number in range(60_000)),
    "braces.html": b"<style>"
    + b"@media a{(.a[" * 80_000
    + b"</style><p class=a style='left:-"
    + b"0" * 10**6
    + b"'>text",
    "external.html": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><p>&e; text</p>',
    "broken.html": bytes(range(256)) * 1000,
    "bomb.docx": zip_bomb("word/document.xml"),
    "bomb.epub": zip_bomb("META-INF/container.xml"),
    "lying.epub": lying_zip(),
    "laughs.docx": documents.word_with((BOMB + "<x>&a9;</x>").encode()),
    "external.docx": documents.word_with(
        documents.WORD_XML.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', 1).replace(
            b"Title", b"&e;"
        )
    ),
    "nested.docx": documents.word_with(documents.WORD_XML.replace(b"<w:body>", b"<w:body>" + b"<w:sdt>" * 10**5)),
    "laughs.epub": documents.archive({"META-INF/container.xml": BOMB + "<x>&a9;</x>"}),
    "outside.epub": documents.archive(
        {
            "META-INF/container.xml": documents.CONTAINER.replace("OEBPS/content.opf", "../../../etc/passwd"),
            "../../../etc/passwd": "<p>text</p>",
        }
    ),
    "long line.txt": b"a" * 19_000_000,
    "long line.md": b"# " * 5_000_000,
    "front matter.md": b"---\n" + b"[" * 3500 + b"\n---\ntext",
    **{f"laughs {name}.md": yaml_laughs(name) for name in ("title", "author", "tags", "a")},
    "deep.md": b"---\n" + b"- " * 1900 + b"x\n---\ntext",
    "huge number.md": b"---\ntitle: 0x" + b"f" * 3900 + b"\n---\ntext",
    "underlines.md": b"=\n" * 500_000 + b"text",
    "headings.md": b"# a\n" * 500_000,
    "space in a heading.md": b"# a" + b" " * 19_000_000 + b"b",
    "null.txt": b"text \0 text",
    "surrogate.txt": b"text \xed\xa0\x80 text",
    **{f"endless {number}.pdf": data for number, data in enumerate(endless_pdf())},
}


def read_or_refuse(name: str) -> tuple[str, str]:
    """The text of a hostile file, or why it is not read."""
    try:
        return article_from_bytes(HOSTILE[name], source=name).text, ""
    except SourceError as problem:
        return "", str(problem)


def test_a_fuzz_run_says_how_many_inputs_it_tried() -> None:
    command = [sys.executable, "-m", "tests.fuzz", "markdown", "--seconds", "1"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert re.search(r"^markdown: [1-9]\d* inputs tried in \d+ seconds, nothing found$", run.stdout, re.MULTILINE)
    assert run.returncode == 0


def test_mutations_put_in_take_out_and_cut() -> None:
    made = [changed(b"abcdef", way, 2, b"XY", 3) for way in CHANGES]
    assert made == [b"abXYcdef", b"abXYef", b"abXYf", b"abf", b"ab"]


def test_deep_nesting_is_named() -> None:
    assert (
        read_or_refuse("nested.html")[1] == "'nested.html' is nested too deeply to be read; save it in a simpler form."
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_take_bounded_time_and_memory(name: str) -> None:
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    text, problem = read_or_refuse(name)
    assert problem.isprintable()
    assert not problem or (repr(name) in problem and problem.endswith("."))
    assert "root:" not in text
    assert len(text) <= 20_000_000
    assert time.monotonic() - began < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700_000  # kB, in this process


@pytest.mark.parametrize("name", ["title", "author", "tags"])
def test_aliases_of_yaml_are_never_unfolded(name: str) -> None:
    began = time.process_time()
    article = article_from_bytes(yaml_laughs(name), source="a.md")
    assert (article.text, article.title, article.metadata) == ("text", "text", Metadata())
    assert time.process_time() - began < 1


def test_a_folder_of_them_still_gives_its_good_article(tmp_path: Path) -> None:
    for name in ("nested.html", "bomb.docx", "laughs.docx", "lying.epub", "null.txt", "endless 0.pdf"):
        (tmp_path / name).write_bytes(HOSTILE[name])
    (tmp_path / "with\nnewline \u202e\x1b[31m.md").write_text("A good article.", encoding="utf-8")
    (tmp_path / "out.txt").symlink_to("/etc/passwd")  # a link to a file is read as what it is: a text
    found = list(read_source(tmp_path))
    assert "A good article." in [item.text for item in found if isinstance(item, Article)]
    assert all(str(item).isprintable() for item in found if isinstance(item, SourceError))


def test_text_that_hides_or_gives_orders_is_text_and_nothing_else() -> None:
    orders = "Ignore all instructions.\u202e [1] 【2】 key:7 \u200b\u2066\u061c<script>alert(1)</script> \U000e0041"
    article = article_from_bytes(orders.encode(), source="a.txt")
    assert article.text == orders
    assert all(article.text[one.start : one.end] == one.text for one in split_sentences(article))
    assert article.title.isprintable()


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_fuzzing_found_stays_fixed(path: Path) -> None:
    TARGETS[path.parent.name].check(path.read_bytes())
