"""PDF files: Arabic in every order programs keep it, and what real programs print."""

import difflib
import shutil
import subprocess
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from index.readers.document import Unreadable
from index.readers.pdf import document as pdf
from index.readers.sources import article_from_bytes
from tests import documents
from tests.documents import ARABIC, ENGLISH

MIXED = (
    "بلغ عدد سكان المدينة 3,540,000 نسمة في 12/05/2019 (وفق وزارة التخطيط)، أي بزيادة 4.5% عن عام 2010.",
    "قال جون سميث John Smith من شركة OpenAI Inc. إن نموذج GPT-4 سجل 86.4 نقطة، بينما سجل PaLM 2 نحو 81.2.",
    "المادة [3]: لا يجوز «التنازل» عن الحقوق؛ راجع https://example.com/a?b=1 أو info@example.com.",
    "اللغة الإنجليزية والأمريكية، لا لأن الآلة لأي شيء، بل الأول فالأول: ٢٥ كتابًا و١٠٠ صفحة.",
)


VOWELLED = (
    "قَالَ المُعَلِّمُ: إِنَّ العِلْمَ نُورٌ، وَالجَهْلَ ظَلَامٌ، فَاطْلُبُوا العِلْمَ مِنَ المَهْدِ إِلَى اللَّحْدِ، ثُمَّ لَا تَنْسَوْا.",
    "اللهُ أَكْبَرُ، وَلِلَّهِ الحَمْدُ، صلى الله عليه وسلم.",
)


BACKWARDS = ("logical order", documents.WORDS_BACKWARDS)


def order_kept(paragraphs: tuple[str, ...], text: str) -> float:
    """The share of words that are there, in order."""
    wanted, found = " ".join(paragraphs).split(), text.split()
    blocks = difflib.SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(len(wanted), len(found))


def test_glyphs_of_unknown_letters_are_shown_as_such() -> None:
    article = article_from_bytes(documents.arabic_print((ARABIC[0] + "\0",), way="letters as seen"), source="a.pdf")
    assert article.text == ARABIC[0] + "\ufffd"


@pytest.mark.parametrize("way", [*documents.WAYS, documents.WORDS_BACKWARDS])
def test_arabic_is_read_however_a_pdf_keeps_it(way: str) -> None:
    article = article_from_bytes(
        documents.arabic_print(documents.varied(ARABIC), way=way, lines_a_page=20), source="a.pdf"
    )
    # PDFium leaves out a lone glyph of a font that is not in the file: «لا» where each word is drawn apart
    assert order_kept(documents.varied(ARABIC), article.text) >= (0.99 if way in documents.EXACT_WAYS else 0.94)
    assert [place.page for place in article.locations] == [1, 2, 3, 4]


def test_arabic_whose_words_are_kept_in_no_one_order_is_refused() -> None:
    one, two = (documents.arabic_print(documents.varied(ARABIC), way=way) for way in BACKWARDS)
    pages = [*list(pdf._pages(PdfDocument(one))), *list(pdf._pages(PdfDocument(two)))]
    with pytest.raises(Unreadable, match="an order that cannot be repaired"):
        pdf._best(pages)


def test_vowel_signs_stay_with_letters_that_are_drawn_in_parts() -> None:
    line = "قَالَ المُعَلِّمُ إِنَّ العِلْمَ نُورٌ وَأَكْبَرُ"
    assert article_from_bytes(documents.vowelled_print(line), source="a.pdf").text == line


@pytest.mark.slow
@pytest.mark.parametrize("paragraphs", [MIXED, VOWELLED], ids=["mixed", "vowelled"])
@pytest.mark.parametrize("font", ["DejaVu Sans", "Noto Sans Arabic", "Noto Naskh Arabic"])
def test_what_chromium_prints_in_arabic_fonts_comes_back(
    tmp_path: Path, font: str, paragraphs: tuple[str, ...]
) -> None:
    chromium, fonts = shutil.which("chromium"), shutil.which("fc-list")
    if not chromium or not fonts or not subprocess.check_output([fonts, font]):
        pytest.skip(f"Chromium or {font} is not installed")
    page, printed = tmp_path / "a.html", tmp_path / "a.pdf"
    made = documents.page(paragraphs, title="عنوان", language="ar")
    page.write_bytes(made.replace(b"<body>", f'<body style="font-family: {font}">'.encode()))
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={printed}"]
    subprocess.run([chromium, *arguments, str(page)], capture_output=True, timeout=120, check=True)
    article = article_from_bytes(printed.read_bytes(), source="a.pdf")
    assert order_kept(("عنوان", *paragraphs), article.text) >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("paragraphs", [ARABIC, ENGLISH], ids=["ar", "en"])
@pytest.mark.parametrize("program", ["soffice", "chromium"])
def test_what_real_programs_print_comes_back(tmp_path: Path, program: str, paragraphs: tuple[str, ...]) -> None:
    command = shutil.which(program)
    if not command:
        pytest.skip(f"{program} is not installed")
    page, printed = tmp_path / "a.html", tmp_path / "a.pdf"
    page.write_bytes(documents.page(documents.varied(paragraphs), language="ar" if paragraphs is ARABIC else "en"))
    if program == "soffice":
        arguments = [f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
        arguments += ["--outdir", str(tmp_path), str(page)]
    else:
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        arguments += [f"--print-to-pdf={printed}", str(page)]
    subprocess.run([command, *arguments], capture_output=True, timeout=120, check=True)
    article = article_from_bytes(printed.read_bytes(), source="a.pdf")
    assert order_kept(("Title", *documents.varied(paragraphs)), article.text) >= 0.99
