"""Bytes → text: UTF-8, UTF-16, Windows-1256, Windows-1252, or a clear refusal.

Own rules, not a general detector: two languages are expected, and a few Arabic words must be enough.
"""

import codecs
import re

from config.errors import SourceError

_MAGIC = {
    b"%PDF-": "a PDF file",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"{\\rtf": "a rich text document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"RIFF": "an image, a sound or a film",
    b"\x1f\x8b": "a compressed file",
    b"BZh": "a compressed file",
    b"\xfd7zXZ": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"Rar!": "a compressed file",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database",
}
_BOMS = {  # longest first: UTF-32's begins with UTF-16's
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_SAVE_AS_UTF8 = "open it in an editor and save it as UTF-8"

# Arabic letters, or printed quotes and dashes, in UTF-8. In a single-byte encoding these bytes make no sense.
_SURELY_UTF8 = re.compile(rb"(?:[\xd8-\xdb][\x80-\xbf]){3}|\xe2\x80[\x90-\xbf]|\xed[\xa0-\xbf][\x80-\xbf]")
_LIKELY_UTF8 = re.compile(rb"[\xc2\xc3][\x80-\xbf]")
"""Accented letters in UTF-8; where the text is not Arabic, letters before signs (Ã©) in a single-byte encoding."""
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ARABIC = "\u0620-\u06ff"
_OTHER = rf"[^\W\d_{_ARABIC}]"
_ARABIC_PAIR = re.compile(rf"[{_ARABIC}](?=[{_ARABIC}])")
_MIXED_PAIR = re.compile(rf"[{_ARABIC}](?={_OTHER})|{_OTHER}(?=[{_ARABIC}])")
_LETTER = re.compile(r"[^\W\d_]")
_FOREIGN_LETTER = re.compile(r"[^\W\d_a-zA-Z]")


def decode(data: bytes, *, source: str) -> str:
    """Return the text of a file's bytes, without a byte order mark; line endings stay.

    Raises: SourceError if the bytes are no text, damaged, in mixed encodings, or in one that is not known.
    """
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise SourceError(f"{source!r} is {kind}, not plain text; give its text as a .txt or .md file.")
    for bom, encoding in _BOMS.items():
        if data.startswith(bom):
            return _strictly(data[len(bom) :], encoding, source, skipped=len(bom))
    if b"\0" in data:
        return _utf16_without_bom(data, source)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _SURELY_UTF8.search(data) or (_LIKELY_UTF8.search(data) and not _is_arabic(data.decode("cp1256"))):
            raise _broken("UTF-8", data, error.start, source) from error
    return _single_byte(data, source)


def is_binary(text: str) -> bool:
    """Say whether a text has a NUL, or more than one control character in a hundred."""
    return "\0" in text or len(_CONTROL.findall(text)) > len(text) / 100


def _strictly(data: bytes, encoding: str, source: str, *, skipped: int) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _broken(encoding.upper(), bytes(skipped) + data, skipped + error.start, source) from error


def _broken(encoding: str, data: bytes, offset: int, source: str) -> SourceError:
    return SourceError(
        f"{source!r} is {encoding} text, but byte {offset} (0x{data[offset]:02X}) is not: "
        f"the file is damaged or mixes encodings; {_SAVE_AS_UTF8}."
    )


def _utf16_without_bom(data: bytes, source: str) -> str:
    """Decode UTF-16 whose byte order shows in the text: spaces and line breaks are found in one order only."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        usual = sum(char.isascii() or "\u0600" <= char <= "\u06ff" or "\u2010" <= char <= "\u2026" for char in text)
        if not is_binary(text) and usual > 0.9 * len(text):
            return text
    raise SourceError(f"{source!r} is not a text file; give a .txt or .md file in UTF-8.")


def _single_byte(data: bytes, source: str) -> str:
    """Decode Windows-1256 where its letters form Arabic words, else Windows-1252 where they stand among ASCII letters.

    Text in any other encoding turns into words of both scripts at once, or of accented letters only.
    """
    text = data.decode("cp1256")
    pairs, mixed = _pairs(text)
    likely = pairs > 10 * mixed
    if not _is_arabic(text):
        text = data.decode("cp1252", errors="replace")
        likely = 2 * len(_FOREIGN_LETTER.findall(text)) < len(_LETTER.findall(text)) and "\ufffd" not in text
    if not likely or is_binary(text):
        raise SourceError(f"{source!r} is not a text in a known encoding; {_SAVE_AS_UTF8}.")
    return text


def _is_arabic(text: str) -> bool:
    """Whether more Arabic letters stand beside each other than beside others."""
    pairs, mixed = _pairs(text)
    return pairs > mixed


def _pairs(text: str) -> tuple[int, int]:
    return len(_ARABIC_PAIR.findall(text)), len(_MIXED_PAIR.findall(text))
