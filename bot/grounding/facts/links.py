"""Addresses and tags in a claim, which its sources must have to the letter: nobody is sent anywhere by an invention."""

import re
from collections.abc import Iterator, Sequence

_LINK = re.compile(
    r"[a-z][a-z0-9+.-]{1,15}://[^\s<>\"»)\]]{1,300}"
    r"|\bwww\.[^\s<>\"»)\]]{1,300}"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
    r"|\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}\.(?:com|org|net|info|edu|gov|io|co|ai|app|example|ru|cn)\b(?:/\S{0,300})?"
    r"|</?[a-z!][^<>]{0,200}>?",
    re.IGNORECASE,
)


def unsupported_links(claim: str, sources: Sequence[str]) -> Iterator[str]:
    """Yield the links, addresses and tags of a claim that none of its sources has."""
    texts = [source.casefold() for source in sources]
    for found in _LINK.finditer(claim):
        link = found[0].rstrip(".,;:!?")
        if not any(link.casefold() in text for text in texts):
            yield link
