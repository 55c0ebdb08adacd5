"""Right-to-left text where people read it: direction marks in, direction marks out, and nothing that hides.

For display only. Sources: Unicode Standard Annex 9 (isolates, marks), section 2.
"""

import re

from index.types import Language

RLM, LRM = "\u200f", "\u200e"
FSI, PDI = "\u2068", "\u2069"

_CONTROLS = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_LATIN, _REST = r"A-Za-z\u00c0-\u024f", r"[^\s\u0590-\u08ff\"“”«»()\[\]]*"
_RUN = re.compile(rf"{FSI}[^{PDI}]*{PDI}|/?[{_LATIN}]{_REST}(?: [{_LATIN}0-9]{_REST})*")


def clean(text: str) -> str:
    """Drop what could steer a terminal, reorder the text around it or hide in it; line breaks and tabs stay."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def isolate(text: str) -> str:
    """Set the text apart, so that its direction changes nothing around it."""
    return f"{FSI}{text}{PDI}"


def isolate_latin(text: str) -> str:
    """Set every run of Latin words apart, for an Arabic paragraph; what is set apart already stays as it is."""
    return _RUN.sub(lambda run: run[0] if run[0][0] == FSI else isolate(run[0]), text)


def paragraph_mark(language: Language) -> str:
    """What an Arabic paragraph begins with, so that it is laid out from the right."""
    return RLM if language == "ar" else ""
