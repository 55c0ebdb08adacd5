"""Encodings of Arabic and Latin text."""

from pathlib import Path

import pytest

from index.readers.sources import article_from_bytes, article_from_text, read_source
from index.types import Article

ARABIC = "أكدت روسيا، الخميس، أنها باقية.\r\nوقالت “لا تغيير”؛ فهل تصدق؟"
ENGLISH = "The café opened in 2015.\nIt’s “busy” – very."


def read(path: Path) -> Article:
    (article,) = read_source(path)
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize("text", [ARABIC, ENGLISH, f"{ARABIC}\n{ENGLISH}"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1256"])
def test_the_text_is_read_as_published_whatever_its_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(text.encode(encoding))
    assert read(path).text == text


@pytest.mark.parametrize("bom", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-8"])
def test_a_byte_order_mark_is_not_part_of_the_text(bom: str) -> None:
    assert article_from_bytes(f"\ufeff{ARABIC}".encode(bom), source="s").text == ARABIC
    assert article_from_text(f"\ufeff{ARABIC}", source="s").text == ARABIC


@pytest.mark.parametrize(
    "text", ["مرحبا", "خط", "سلام عليكم، كيف الحال؟", "قَالَ: نعم", "عام 2016", "الپاراستا", "شركة IBM و Google"]
)
def test_a_few_arabic_words_are_enough_for_windows_1256(text: str) -> None:
    assert article_from_bytes(text.encode("cp1256"), source="s").text == text


@pytest.mark.parametrize(
    "text", ["naïve", "ÉTÉ À PARIS", "Müller aß „Brötchen“ in Köln.", "¿Qué? El niño", "It’s “so”"]
)
def test_latin_text_is_read_as_windows_1252(text: str) -> None:
    assert article_from_bytes(text.encode("cp1252"), source="s").text == text
