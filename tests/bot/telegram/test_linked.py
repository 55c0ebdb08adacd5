"""Links that people send: the page's article becomes theirs, and nothing else of this machine's network does."""

from collections.abc import Callable

import pytest

from bot.telegram.handlers.articles import TextWithLink, find_link
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import Running
from tests.bot.telegram.people import Person, make_group
from tests.documents import page
from tests.site import Site, redirect, reply

OLM = "The bridge at Olm opened in March 2019. It is 300 metres long and carries two tram lines across the river."


def here(site: Site, path: str) -> str:
    return site.url(path, host="127.0.0.1")


def test_a_links_page_becomes_the_active_article_and_is_cited_there(
    api: BotApi, start: Callable[..., Running], site: Site
) -> None:
    site.replies["/olm"] = reply(page([OLM], language="en"))
    start(allowed_hosts=(f"127.0.0.1:{site.port}",))
    ben, group = Person(api, 41, "Ben"), make_group(api, -1_000_000_000_041, "Newsroom")
    ben.say(here(site, "/olm"))
    assert "it is now what you ask about" in ben.next(after=0)["text"]
    answer = ben.ask("How long is the bridge at Olm?")
    assert "300 metres" in answer["text"]
    links = [entity["url"] for entity in answer["entities"] if entity["type"] == "text_link"]
    assert links
    assert all(link.startswith(here(site, "/olm#:~:text=")) for link in links)
    ben.say(f"/add {here(site, '/olm')}")
    assert "I already have" in ben.next(after=2)["text"]
    ben.say(f"@sanad_test_bot When did it open? {here(site, '/olm')}.", chat_id=group)
    ben.next(after=0, chat_id=group)
    assert len(site.asked) == 3


def test_a_question_sent_with_a_link_is_answered_from_its_page(
    api: BotApi, start: Callable[..., Running], site: Site
) -> None:
    site.replies["/olm"] = reply(page([OLM], language="en"))
    start(allowed_hosts=(f"127.0.0.1:{site.port}",))
    ben = Person(api, 42, "Ben")
    ben.say(f"{here(site, '/olm')} When did the bridge open?")
    assert "it is now what you ask about" in ben.next(after=0)["text"]
    assert "March 2019" in ben.next(after=1)["text"]


@pytest.mark.parametrize("path", ["/gone", "/inside"])
def test_a_page_that_cannot_be_read_is_said_to_be_so(
    api: BotApi, start: Callable[..., Running], site: Site, path: str
) -> None:
    site.replies["/gone"] = reply("no such page", status=404)
    site.replies["/inside"] = redirect(site.url("/secret", host="localhost"))
    site.replies["/secret"] = reply(page(["The password of the router is hunter2, says the page."], language="en"))
    start(allowed_hosts=(f"127.0.0.1:{site.port}",))
    ben = Person(api, 43, "Ben")
    ben.say(here(site, path))
    assert "could not read an article" in ben.next(after=0)["text"]
    assert len(site.asked) == 1


def test_no_page_of_this_machine_is_opened_and_opening_counts(
    api: BotApi, start: Callable[..., Running], site: Site
) -> None:
    start(questions_per_minute=2)
    ben = Person(api, 44, "بن", "ar")
    for number in range(2):
        ben.say(here(site, "/olm"))
        assert "لم أستطع قراءة مقال" in ben.next(after=number)["text"]
    ben.say(here(site, "/olm"))
    assert "وصلت إلى" in ben.next(after=2)["text"]
    assert not site.asked


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("https://a.example/b?c=1#d", TextWithLink("https://a.example/b?c=1#d", "")),
        ("اقرأ هذا: https://a.example/خبر، من فضلك", TextWithLink("https://a.example/خبر", "اقرأ هذا:  ، من فضلك")),
        ("Who won? (https://a.example/b).", TextWithLink("https://a.example/b", "Who won? ( ).")),
        ("https://a.example https://b.example", None),
        ("a.example/b", None),
        ("https://a.example/b " + "word " * 100, None),
        ("https://a.example/" + "x" * 600, TextWithLink("https://a.example/" + "x" * 600, "")),
    ],
)
def test_one_address_in_a_short_text_is_a_link(text: str, linked: TextWithLink | None) -> None:
    assert find_link(text) == linked
