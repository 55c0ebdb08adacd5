"""What is kept of Markdown: its text, its headings, and what it says of itself at its head."""

import pytest

from index.readers.sources import article_from_bytes
from index.types import Metadata


def test_markdown_keeps_its_text_and_gives_its_front_matter_and_headings() -> None:
    front = "---\ntitle: The Noor\nauthor: [A, B]\ndate: 2024-05-03\ntags: boats, سفن\n---\n"
    text = front + "# One\ntext\n```\n# no\n```\n## Two\nend"
    article = article_from_bytes(text.encode(), source="a.md")
    assert article.text == text.removeprefix(front)
    about = article.metadata
    assert (article.title, about.author, about.published, about.tags) == (
        "The Noor",
        "A, B",
        "2024-05-03",
        ("boats", "سفن"),
    )
    assert [(place.heading, article.text[place.start :][:3]) for place in article.locations] == [
        ("One", "# O"),
        ("Two", "## "),
    ]


@pytest.mark.parametrize("text", ["---\nno yaml: [\n---\n# A\ntext", "---\n- a\n---\ntext", "---\n" + "a: b\n" * 9000])
def test_what_only_looks_like_front_matter_stays(text: str) -> None:
    assert article_from_bytes(text.encode(), source="a.md").text == text


@pytest.mark.parametrize(
    ("front", "about"),
    [
        (
            "url: https://a.example/b\npublished: 2024-05-03",
            Metadata(published="2024-05-03", url="https://a.example/b"),
        ),
        ("date: 2024-05-03 10:00:00\npublished: 2023-01-01", Metadata(published="2024-05-03")),
        ("tags: [null, ~, boats, '', {a: b}, [c]]\nauthor: null", Metadata(tags=("boats",))),
        ("author: {name: A}\ntitle: [a, {b: c}]\ndate: 03/05/2024", Metadata()),
        ("a: &a Dana Reed\nauthor: *a\ntags: &t [x, y]", Metadata(author="Dana Reed", tags=("x", "y"))),
        *(
            (f"url: {url}", Metadata())
            for url in ("javascript:alert(1)", "https://", "'http://a b'", '"http://a/\\u202e"')
        ),
    ],
)
def test_front_matter_is_read_as_it_is_written(front: str, about: Metadata) -> None:
    article = article_from_bytes(f"---\n{front}\n---\ntext".encode(), source="a.md")
    assert (article.text, article.metadata) == ("text", about)


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("May 3, 2024", "2024-05-03"),
        ("Friday, 3rd may 2024, 10:00", "2024-05-03"),
        ("Sept. 1 2024", ""),
        ("Sep. 1, 2024", "2024-09-01"),
        ("٣ مايو ٢٠٢٤", "2024-05-03"),
        ("3 أيار 2024", "2024-05-03"),
        ("1 كانون الأول 2024", "2024-12-01"),
        ("February 30, 2024", ""),
        ("May 2024", ""),
        ("03/05/2024", ""),
        ("3 May 4 2024", ""),
    ],
)
def test_dates_that_name_their_month_are_read_and_ambiguous_ones_are_not(written: str, date: str) -> None:
    article = article_from_bytes(f"---\ndate: {written}\n---\ntext".encode(), source="a.md")
    assert article.metadata.published == date


def test_a_title_that_looks_like_a_number_or_a_truth_is_kept_as_written() -> None:
    for title in ("2024", "0x10", "yes", "1_000", "2024-05-03"):
        assert article_from_bytes(f"---\ntitle: {title}\n---\ntext".encode(), source="a.md").title == title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Title\n====\n\nText\n----\nmore", ["Title", "Text"]),
        ("two\nlines\n===\r\n", ["two lines"]),
        ("- item\n---\n\n> said\n---\n\n1. one\n---\n\n    code\n---\n\n***\n---\n\n---\ntext", []),
        ("a\n- item\n---\n", []),
        (f"{'long ' * 300}\n---\n", []),
        ("**Bold**\n---\n", ["Bold"]),
        ("```\n~~~\n# no\n```\n# yes", ["yes"]),
        ("~~~~ x\n~~~\n# no\n```\n~~~~~ \n# yes\nno\n", ["yes"]),
        ("``` a`b\n# yes\n```\nno\n---\n``` x\n# no\n```\n## end ##", ["yes", "end"]),
        ("#no\n   # yes\n####### no\n", ["yes"]),
        ("```\n# no, to the end", []),
    ],
)
def test_headings_of_markdown_stand_outside_of_code(text: str, expected: list[str]) -> None:
    places = article_from_bytes(text.encode() + b"\na", source="a.md").locations
    assert [place.heading for place in places] == expected
    assert all(text[place.start :].lstrip(" #*").startswith(place.heading.split(" ")[0]) for place in places)
