"""What the encoders' agreement of a claim with its source is worth: `python -m benchmarks.agreement [--data FOLDER]`.

A question of XQuAD with its answer stands for a claim, as a bare answer does in `bot.grounding`. It is held against the
sentence that holds the answer (it must agree), against one within three sentences of it (the same topic) and against
one of another article. Printed: how much of each passes, by threshold, for each encoder, and for whole sentences alone.
"""

import argparse
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.grounding.agreement import LEAST_MAIN, LEAST_SECOND, parts
from index.models.encoder import SentenceEncoder
from index.models.llama_embedding import E5Embedding
from training.development import DIRECTIONS, Source, load_sources, sentences_of

Floats = NDArray[np.float32]
EACH, NEAR, STEPS = 150, 3, 6
KINDS = ("the sentence that answers", "a sentence near it", "another article")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the SQuAD files")
    sources, rng = load_sources(parser.parse_args().data), random.Random(0)
    cases = [case for direction in DIRECTIONS for case in rng.sample(list(_cases(sources[direction], rng)), EACH)]
    main_encoder = E5Embedding(embed_batch_size=64)
    encoders: dict[str, tuple[float, float, Callable[[list[str]], Floats]]] = {
        "second encoder": (LEAST_SECOND, 0.05, SentenceEncoder().encode),
        "e5": (LEAST_MAIN, 0.01, lambda some: np.asarray(main_encoder.get_text_embedding_batch(some), np.float32)),
    }
    for name, (least, step, encode) in encoders.items():
        best = np.array([[_cosines(encode, claim, sentence) for sentence in held] for claim, *held in cases])
        bars = [least + number * step for number in range(-STEPS // 2, STEPS // 2 + 1)]
        _table(f"{name}; in force: {least}", best[:, :, 1], bars)
        _table(f"{name}, whole sentences alone", best[:, :, 0], bars)


def _cases(sources: list[Source], rng: random.Random) -> Iterator[tuple[str, str, str, str]]:
    """Yield a claim, the sentence that answers, one near it, and one of another article."""
    split = [sentences_of(source) for source in sources]
    for number, (source, sentences) in enumerate(zip(sources, split, strict=True)):
        for asked in source.questions:
            gold = next(one.position for one in sentences if one.start <= asked.start < one.end)
            near = [one.text for one in sentences if 0 < abs(one.position - gold) <= NEAR]
            other = rng.choice(split[number - 1]).text
            yield f"{asked.text} {asked.answer}", sentences[gold].text, rng.choice(near), other


def _cosines(encode: Callable[[list[str]], Floats], claim: str, sentence: str) -> tuple[float, float]:
    """Return the cosine with the whole sentence, and the best one with any part of it."""
    vectors = encode([claim, *parts([sentence])])
    cosines = vectors[1:] @ vectors[0]
    return float(cosines[0]), float(cosines.max())


def _table(title: str, best: Floats, bars: list[float]) -> None:
    print(f"\n{title}; {len(best)} claims\n\n| at least | " + " | ".join(KINDS) + " |\n|" + "---|" * (len(KINDS) + 1))
    for bar in bars:
        print(f"| {bar:.2f} | " + " | ".join(f"{share:.3f}" for share in np.mean(best >= bar, axis=0)) + " |")


if __name__ == "__main__":
    main()
