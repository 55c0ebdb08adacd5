import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import SourceError
from index.readers.files import printable_path
from index.readers.sources import MAX_BYTES, article_from_bytes, article_from_text, read_source
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
        (ARABIC.encode() + b"\xc7", f"byte {len(ARABIC.encode())} (0xC7)"),
        (ENGLISH.encode() + "مرحبا".encode("cp1256"), f"byte {len(ENGLISH.encode())} (0xE3)"),
        ("سلام".encode("cp1256") + b"\n" + ARABIC.encode(), "byte 0 (0xD3)"),
        ("café and naïve, one bad byte ".encode() + b"\xff here", "byte 31 (0xFF)"),
        (b"text \xed\xa0\x80 text", "byte 5 (0xED)"),
        (ARABIC.encode("utf-16") + b"\x00", f"byte {2 + 2 * len(ARABIC)} "),
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
    path.write_text(ARABIC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    first, same = read(path), read(Path("a.txt"))
    path.write_text(ENGLISH, encoding="utf-8")
    changed = read(path)
    assert first == same
    assert (first.language, changed.language) == ("ar", "en")
    assert first.id == changed.id != article_from_text(ARABIC, source="elsewhere").id
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


def test_a_file_name_is_shown_on_one_line_and_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a\n\x1b[31m\u202egnp.txt"
    path.write_text("text", encoding="utf-8")
    assert read(path).source == f"{tmp_path}/a\\n\\x1b[31m\\u202egnp.txt"
    assert printable_path(Path("كتاب\u200cها.txt")) == "كتاب\u200cها.txt"


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


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing\n.txt", "no file"),
        ("a\0b.txt", "cannot be read"),
        ("x" * 300, "cannot be read"),
        ("page.rtf", "type"),
    ],
)
def test_a_path_that_cannot_be_read_is_named(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "page.rtf").write_text("text", encoding="utf-8")
    with pytest.raises(SourceError, match=words) as caught:
        list(read_source(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_pipes_devices_and_large_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(50_000_000)
    for path, words in (
        (tmp_path / "pipe.txt", "regular"),
        (Path("/dev/zero"), "regular"),
        (tmp_path / "large.txt", "MB"),
    ):
        with pytest.raises(SourceError, match=words):
            list(read_source(path))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text", encoding="utf-8")
    (tmp_path / "a.txt").chmod(0)
    with pytest.raises(SourceError, match="Permission denied"):
        list(read_source(tmp_path / "a.txt"))
