"""The tokenizer of encoder and reader: the pieces of multilingual-e5-small that Arabic and English need.

A Unigram vocabulary may be cut: a text whose best pieces are all kept comes out in the same pieces, another one in
smaller ones. Which pieces are needed is counted on word lists with frequencies (wordfreq) and on the training data.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from training.source_model import SourceModel

SIZE = 41_500
"""Pieces kept. With 384 weights each in int8 the table takes 16 MB."""

SPECIAL = 4
"""The first pieces: `<s>`, `<pad>`, `</s>`, `<unk>`."""

START, PAD, END, UNKNOWN = range(SPECIAL)

_SPACE = "▁"
_LIST_WORDS = 200_000
_CASES = ((1.0, str.lower), (0.3, str.capitalize), (0.02, str.upper))  # how often a listed English word stands so
_LIST_WEIGHT = 1e6  # each list counts as a text of so many words; measured on texts that were not counted


def choose_pieces(source: SourceModel, texts: Iterable[str], *, size: int = SIZE) -> list[int]:
    """Return the positions of the pieces to keep, in order.

    Kept are the special pieces, single characters outside of the East Asian scripts, and then what is counted most
    often among the Latin and Arabic pieces, digits and signs.
    """
    used = _count(make_tokenizer(source, range(len(source.pieces))), texts)
    bare = [piece.replace(_SPACE, "") for piece in source.pieces]
    always = [
        position < SPECIAL or (len(piece) < 2 and all(ord(letter) < 0x3000 for letter in piece))
        for position, piece in enumerate(bare)
    ]
    others = [position for position, piece in enumerate(bare) if not always[position] and all(map(_is_ours, piece))]
    others.sort(key=lambda position: (-used[position], position))
    kept = [position for position, needed in enumerate(always) if needed]
    return sorted(kept + others[: size - len(kept)])


def make_tokenizer(source: SourceModel, kept: Sequence[int]) -> Tokenizer:
    """Return the tokenizer of some of the pieces; piece n of it is `kept[n]`. It adds no special pieces."""
    vocabulary = [(source.pieces[position], float(source.scores[position])) for position in kept]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=UNKNOWN, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_SPACE, prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace(replacement=_SPACE, prepend_scheme="always")
    return tokenizer


def load_tokenizer(folder: Path) -> Tokenizer:
    """Read the tokenizer that `training.encoder` wrote."""
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def load_kept(folder: Path, source: SourceModel) -> list[int]:
    """Return which pieces the tokenizer in a folder keeps."""
    known = {piece: position for position, piece in enumerate(source.pieces)}
    written = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    return [known[piece] for piece, _ in written]


def _count(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    used: Counter[int] = Counter()
    for text in texts:
        used.update(tokenizer.encode(text).ids)
    for word, weight in _listed_words():
        for piece in tokenizer.encode(word).ids:
            used[piece] += weight  # type: ignore[assignment]
    return used


def _listed_words() -> Iterator[tuple[str, float]]:
    """Yield the words of the lists as they may be written, with how often each is expected."""
    import wordfreq

    for language in ("en", "ar"):
        for word in wordfreq.top_n_list(language, _LIST_WORDS):
            weight = _LIST_WEIGHT * wordfreq.word_frequency(word, language)
            if language == "ar":
                yield word, weight
            else:
                yield from ((case(word), share * weight) for share, case in _CASES)


def _is_ours(letter: str) -> bool:
    """Whether a character is Latin, Arabic, a digit or a sign."""
    code = ord(letter)
    arabic = 0x600 <= code <= 0x6FF or 0x750 <= code <= 0x77F or 0x8A0 <= code <= 0x8FF
    return code < 0x250 or arabic or (unicodedata.category(letter)[0] in "PSN" and code < 0x3000)
