"""A whole bilingual conversation, as the documentation shows it."""

from tests.telegram.conftest import Talk
from tests.telegram.transcript import FILE, play


def test_the_documented_conversation_is_what_happens(talk: Talk) -> None:
    lines, seen = play(talk.person("أمل", "ar"))
    assert len(seen["start"]["reply_markup"]["keyboard"]) == 3
    assert "طائرتين" in seen["answer"]["text"]
    assert "220" in seen["english"]["text"]
    assert "لا يجيب" in seen["refusal"]["text"]
    assert "قرأت" in seen["added"]["text"]
    assert "42" in seen["own"]["text"]
    assert "quote" in seen["own"]
    assert "سلمى العلي" in seen["quoted"]["text"]
    assert "I will speak English" in seen["spoken"]["text"]
    assert "deleted" in seen["forgotten"]["text"]
    documented = FILE.read_text("utf-8")
    said = [line for line in lines if line.startswith("**أمل")]
    assert [line for line in said if line not in documented] == []
    for name in ("start", "added", "help", "privacy", "forgotten"):
        for line in seen[name]["text"].split("\n"):
            assert line in documented, "run `python -m tests.telegram.transcript`"
