"""A whole bilingual conversation, as the documentation shows it."""

from tests.bot.telegram.conftest import Talk
from tests.bot.telegram.transcript import FILE, VOLATILE, play


def test_the_documented_conversation_is_what_happens(talk: Talk) -> None:
    played = play(talk.person("أمل", "ar"))
    seen = {name: message["text"] for name, message in played.seen.items()}
    assert len(played.seen["start"]["reply_markup"]["keyboard"]) == 3
    assert "طائرتين" in seen["answer"]
    assert "220" in seen["english"]
    assert "→ And how many cars? (How many passengers can the Noor carry?)" in seen["followed"]
    assert "لا يجيب" in seen["refusal"]
    assert "قرأت" in seen["added"]
    assert "42" in seen["own"]
    assert "quote" in played.seen["own"]
    assert "سلمى العلي" in seen["quoted"]
    assert "قرأت" in seen["file"]
    assert "300" in seen["caption"]
    assert "220" in seen["group"]
    assert "Haddad" in seen["again"]
    assert "I will speak English" in seen["spoken"]
    assert "deleted" in seen["forgotten"]
    assert set(seen) >= VOLATILE
    documented, at = FILE.read_text("utf-8"), 0
    for entry in played.entries:
        if entry.name not in VOLATILE:
            assert entry.text in documented[at:], "run `python -m tests.bot.telegram.transcript`"
            at = documented.index(entry.text, at) + len(entry.text)
