"""What comes back of a text that was made into a file: `python -m benchmarks.readers ARTICLES…`.

ARTICLES are plain texts, one paragraph a line. Each is made into every kind of file, by our tests' writers and, where
they are installed, LibreOffice and Chromium; the table says which share of its words is read back, in order.
"""

import argparse
import difflib
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from index.readers.sources import article_from_bytes
from index.text.search_form import language_of
from tests import documents


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers")
    parser.add_argument("articles", type=Path, nargs="+")
    options = parser.parse_args()
    print(f"{'article':24} {'made by':24} {'words':>6} {'in order':>9} {'paragraphs':>11} {'seconds':>8}")
    for path in options.articles:
        paragraphs = [" ".join(line.split()) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for maker, kind, data in _made(paragraphs):
            began = time.perf_counter()
            article = article_from_bytes(data, source=f"a.{kind}")
            seconds = time.perf_counter() - began
            kept = article.text.split("\n")
            printed = _without_vowel_signs(paragraphs) if maker.startswith("PDF,") else paragraphs
            share = _in_order(printed, article.text)
            words = sum(len(paragraph.split()) for paragraph in paragraphs)
            counts = f"{len([line for line in kept if line])}/{len(paragraphs)}"
            print(f"{path.name[:24]:24} {maker:24} {words:>6} {share:>9.2%} {counts:>11} {seconds:>8.2f}", flush=True)


def _made(paragraphs: list[str]) -> Iterator[tuple[str, str, bytes]]:
    language = language_of(" ".join(paragraphs))
    page, word = documents.page(paragraphs, language=language), documents.word(paragraphs)
    yield "page", "html", page
    yield "python-docx", "docx", word
    yield "book", "epub", documents.book([page])
    if language == "ar":
        for way in documents.EXACT_WAYS:
            yield f"PDF, {way}", "pdf", documents.arabic_print(paragraphs, way=way)
    else:
        yield "ReportLab", "pdf", documents.printed(paragraphs)
    yield from _printed(page, word)


def _printed(page: bytes, word: bytes) -> Iterator[tuple[str, str, bytes]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.html").write_bytes(page)
        (folder / "word.docx").write_bytes(word)
        if soffice := shutil.which("soffice"):
            profile = f"-env:UserInstallation=file://{folder}/profile"
            command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", name]
            subprocess.run([*command, str(folder / "word.docx")], capture_output=True, timeout=120, check=True)
            yield "LibreOffice", "pdf", (folder / "word.pdf").read_bytes()
        if chromium := shutil.which("chromium"):
            command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
            printed = folder / "page.pdf"
            subprocess.run(
                [*command, f"--print-to-pdf={printed}", str(folder / "page.html")],
                capture_output=True,
                timeout=120,
                check=True,
            )
            yield "Chromium", "pdf", printed.read_bytes()


def _without_vowel_signs(paragraphs: list[str]) -> list[str]:
    """What `documents.arabic_print` puts on paper: the library that joins its letters leaves the signs out."""
    return [re.sub("[\u064b-\u0652\u200f]", "", paragraph) for paragraph in paragraphs]


def _in_order(paragraphs: list[str], text: str) -> float:
    """The share of words read back in order, whatever title the maker put before them."""
    wanted, found = " ".join(paragraphs).split(), text.split()
    if found[:1] in (["Title"], ["Heading"]):
        del found[0]
    blocks = difflib.SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(len(wanted), len(found))


if __name__ == "__main__":
    main()
