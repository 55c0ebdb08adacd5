"""Numbers with their nouns: two forms in English, five in Arabic, where the number's last two digits decide."""

from dataclasses import dataclass

from bot.messages import Message


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun's forms with a number {n}. Arabic: one, two, 3–10, 11–99, and whole hundreds."""

    ar: tuple[str, str, str, str, str]
    en: tuple[str, str]


def counted(n: int, noun: Noun) -> Message:
    """A number of things, as a value for another message."""
    return Message(ar=noun.ar[_form(n)].format(n=n), en=noun.en[n != 1].format(n=n))


def _form(n: int) -> int:
    if n in (1, 2):
        return n - 1
    if 3 <= n % 100 <= 10:
        return 2
    return 3 if n % 100 > 10 else 4
