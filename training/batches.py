"""What is read at each step of the training: batches of questions and, in turn with them, of claims."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.claims import ClaimExamples, ClaimMaker, encode_claims, make_claims
from training.data import Corpus, Examples, Maker, load_corpus, make_lexicon
from training.lexicon import Lexicon
from training.rows import Rows
from training.vocabulary import PAD, load_tokenizer

_POOL = 2000  # examples among which those of like length go into a batch together


@dataclass(frozen=True)
class Batch:
    """What is read at one step: questions, which have spans, or claims, which are carried or not."""

    ids: Tensor
    parts: Tensor
    kinds: list[str]
    spans: Tensor | None = None
    carried: Tensor | None = None
    families: Tensor | None = None


class Portions:
    """The portions of examples, made when they are needed and kept beside the checkpoints.

    A portion is the same for the same number, also where the makers have changed since it was kept.
    """

    def __init__(self, data: Path, out: Path, *, everything: bool) -> None:
        self.data, self.out, self.everything = data, out, everything

    def questions(self, number: int) -> Examples:
        """Return a portion of questions."""
        path = self.out / f"examples-{number}.npz"
        if not path.exists():
            Maker(self._corpus, load_tokenizer(self.out), self._lexicon, number).make().save(path)
        return Examples.load(path)

    def claims(self, number: int) -> ClaimExamples:
        """Return a portion of claims."""
        path = self.out / f"claims-{number}.npz"
        if not path.exists():
            encode_claims(self._claim_maker.make(number), load_tokenizer(self.out)).save(path)
        return ClaimExamples.load(path)

    def batches(self, *, tokens: int, first: int, seed: int, claims: float) -> Iterator[Batch]:
        """Yield batches of `tokens` pieces without end; a share of them, evenly spread, are of claims."""
        questions = self._endless(self.questions, tokens, first, seed)
        checked = self._endless(self.claims, tokens, first, seed)
        for step in count(1):
            yield next(checked if int(step * claims) > int((step - 1) * claims) else questions)

    @staticmethod
    def _endless(
        load: Callable[[int], Examples | ClaimExamples], tokens: int, first: int, seed: int
    ) -> Iterator[Batch]:
        for number in count(first):
            examples = load(number)
            for chosen in group(examples.lengths, tokens, seed + number, examples.families):
                yield collate(examples, chosen)

    @cached_property
    def _corpus(self) -> Corpus:
        return load_corpus(self.data, everything=self.everything)

    @cached_property
    def _lexicon(self) -> Lexicon:
        return make_lexicon(self._corpus, self.out)

    @cached_property
    def _claim_maker(self) -> ClaimMaker:
        return make_claims(self._corpus, self._lexicon, everything=self.everything)


def group(lengths: np.ndarray, tokens: int, seed: int, families: np.ndarray | None = None) -> list[list[int]]:
    """Return batches of examples of like length, in random order, each of at most `tokens` pieces.

    Examples of one family, which stand next to one another, go into one batch; without `families` each is its own.
    """
    choose = random.Random(seed)
    edges = np.flatnonzero(np.diff(families)) + 1 if families is not None else np.arange(1, len(lengths))
    order = [part.tolist() for part in np.split(np.arange(len(lengths)), edges)]
    choose.shuffle(order)
    batches: list[list[int]] = []
    for start in range(0, len(order), _POOL):
        batch: list[int] = []
        longest = 0
        for family in sorted(order[start : start + _POOL], key=lambda family: max(lengths[family])):
            longest = max(longest, *lengths[family])
            if batch and longest * (len(batch) + len(family)) > tokens:
                batches.append(batch)
                batch, longest = [], max(lengths[family])
            batch.extend(family)
        batches.append(batch)
    choose.shuffle(batches)
    return batches


def collate(examples: Rows, chosen: list[int]) -> Batch:
    """Return some examples, padded to the longest."""
    lengths = examples.lengths[chosen]
    ids = np.full((len(chosen), lengths.max()), PAD, np.int64)
    parts = np.zeros_like(ids)
    for row, number in enumerate(chosen):
        ids[row, : lengths[row]] = examples.ids[examples.starts[number] : examples.starts[number + 1]]
        parts[row, examples.firsts[number] : lengths[row] - 1] = 1
    batch = torch.from_numpy(ids), torch.from_numpy(parts), examples.kinds[chosen].tolist()
    if isinstance(examples, Examples):
        families = None if examples.families is None else torch.from_numpy(examples.families[chosen])
        return Batch(*batch, spans=torch.from_numpy(examples.spans[chosen].astype(np.int64)), families=families)
    if isinstance(examples, ClaimExamples):
        carried, families = examples.carried[chosen].astype(np.float32), examples.families[chosen]
        return Batch(*batch, carried=torch.from_numpy(carried), families=torch.from_numpy(families))
    return Batch(*batch)
