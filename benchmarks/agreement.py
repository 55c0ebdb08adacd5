"""What the encoders' agreement of a claim with its source is worth: `python -m benchmarks.agreement [--data FOLDER]`.

A sentence of XQuAD is held against its translation (it must agree), against the other sentences of its paragraph (the
same topic) and against those of another article. Printed: how much of each passes, by threshold, for each encoder.
Translations are paired where a paragraph has as many sentences in both languages.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.development import Source, load_sources
from bot.agreement import LEAST_MAIN, LEAST_SECOND
from index.e5 import E5Embedding
from index.models import SentenceEncoder
from index.sentences import split_sentences
from index.types import Article, Language

Floats = NDArray[np.float32]
STEPS = 6


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the SQuAD files")
    sources = load_sources(parser.parse_args().data)
    pairs = [
        (group, number, arabic, english)
        for group, (one, two) in enumerate(zip(sources["ar-ar"], sources["en-en"], strict=True))
        for number, (here, there) in enumerate(zip(_paragraphs(one, "ar"), _paragraphs(two, "en"), strict=True))
        if len(here) == len(there)
        for arabic, english in zip(here, there, strict=True)
    ]
    groups, paragraphs = (np.array([pair[n] for pair in pairs]) for n in (0, 1))
    texts = [pair[2] for pair in pairs], [pair[3] for pair in pairs]
    main_encoder = E5Embedding(embed_batch_size=64)
    encoders: dict[str, tuple[float, float, Callable[[list[str]], Floats]]] = {
        "second encoder": (LEAST_SECOND, 0.05, SentenceEncoder().encode),
        "e5": (LEAST_MAIN, 0.01, lambda some: np.asarray(main_encoder.get_text_embedding_batch(some), np.float32)),
    }
    for name, (least, step, encode) in encoders.items():
        cosines: Floats = np.matmul(encode(texts[0]), encode(texts[1]).T)
        same_article = groups[:, None] == groups
        same_paragraph = same_article & (paragraphs[:, None] == paragraphs)
        kinds = {
            "translation": np.eye(len(pairs), dtype=bool),
            "same paragraph": same_paragraph & ~np.eye(len(pairs), dtype=bool),
            "another article": ~same_article,
        }
        print(f"\n{name}, {len(pairs)} sentences; in force: {least}\n\n| at least | " + " | ".join(kinds) + " |")
        for number in range(-STEPS // 2, STEPS // 2 + 1):
            bar = least + number * step
            passed = (np.mean(cosines[kind] >= bar) for kind in kinds.values())
            print(f"| {bar:.2f} | " + " | ".join(f"{share:.3f}" for share in passed) + " |")


def _paragraphs(source: Source, language: Language) -> list[list[str]]:
    articles = (Article("x", "", "", text, language) for text in source.paragraphs)
    return [[sentence.text for sentence in split_sentences(article)] for article in articles]


if __name__ == "__main__":
    main()
