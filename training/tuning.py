"""Trains the encoder further: a question near the sentence that answers it, in either language, not near those beside.

    python -m training.tuning --data FOLDER --out FOLDER --encoder FOLDER [--all]

Each question has its gold sentence and others of its article before it, and all those of the other questions of the
batch (InfoNCE, van den Oord et al. 2018, as E5 was trained); parallel sentences find each other the same way. Words of
either side are switched into the other language now and then. The table of words stays: the reader shares it.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from training.code_switching import switch_language
from training.data import Corpus, load_corpus, make_lexicon
from training.encoder import sample_pieces
from training.export import export
from training.lexicon import Lexicon
from training.model import Encoder, make_trunk
from training.session import pad
from training.source_model import load_source
from training.squad import DIRECTIONS, Question, is_judged, load_questions
from training.vocabulary import END, START, load_kept, load_tokenizer
from training.windows import cut_sentences

TEMPERATURE = 0.02
LONGEST = 96
"""Pieces of a text."""


@dataclass(frozen=True)
class Recipe:
    """How to train."""

    steps: int = 1000
    questions: int = 20
    """Of a batch."""
    beside: int = 7
    """Other sentences of its article for each."""
    rate: float = 5e-5
    warm_up: int = 50
    parallel: float = 0.25
    """Share of the batches that are parallel sentences."""
    switched: float = 0.3
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """Return the rate of a step, counted from 1."""
        return self.rate * min(1.0, step / self.warm_up, max(0.02, (self.steps - step + 1) / self.steps))


@dataclass(frozen=True)
class Group:
    """Texts that look for others: `gold` says which of the `passages` each one looks for."""

    queries: list[str]
    passages: list[str]
    gold: list[int]


class Groups:
    """Makes batches without end."""

    def __init__(self, corpus: Corpus, lexicon: Lexicon, recipe: Recipe) -> None:
        self.corpus, self.lexicon, self.recipe = corpus, lexicon, recipe
        self.random = random.Random(recipe.seed)
        self.answerable = [one for one in corpus.questions if one.answers]
        # Few questions are asked across languages or in Arabic: they come more often.
        weights = {"en-en": 1.0, "ar-ar": 1.5, "ar-en": 5.0, "en-ar": 5.0}
        self.weights = np.cumsum([weights[one.direction] for one in self.answerable])

    def __iter__(self) -> Iterator[Group]:
        while True:
            yield self._parallel() if self.random.random() < self.recipe.parallel else self._questions()

    def _questions(self) -> Group:
        queries: list[str] = []
        passages: list[str] = []
        gold: list[int] = []
        for question in self.random.choices(
            self.answerable, cum_weights=self.weights.tolist(), k=self.recipe.questions
        ):
            right, others = self._sentences(question)
            if right in passages:
                continue
            queries.append(self._switched(question.text))
            gold.append(len(passages))
            passages += [self._switched(right), *self.random.sample(others, min(self.recipe.beside, len(others)))]
        return Group(queries, passages, gold)

    def _sentences(self, question: Question) -> tuple[str, list[str]]:
        start, end = question.answers[0]
        text = question.paragraph
        spans = cut_sentences(text)
        right = next((one for one in spans if one[0] <= start < one[1]), spans[0])
        others = [text[slice(*one)].strip() for one in spans if one != right and not (one[0] < end and start < one[1])]
        for paragraph in self.random.sample(self.corpus.beside(question), min(1, len(self.corpus.beside(question)))):
            others += [paragraph[slice(*one)].strip() for one in cut_sentences(paragraph)]
        return text[slice(*right)].strip(), others

    def _parallel(self) -> Group:
        running = self.random.choice([self.corpus.news, *self.corpus.sentence_pairs])
        first = self.random.randrange(max(1, len(running) - 40))
        pairs = self.random.sample(running[first : first + 60], min(24, len(running[first : first + 60])))
        side = self.random.randrange(2)
        return Group([one[side] for one in pairs], [one[1 - side] for one in pairs], list(range(len(pairs))))

    def _switched(self, text: str) -> str:
        if self.random.random() < self.recipe.switched:
            return switch_language(text, self.lexicon, self.random, rate=self.random.uniform(0.4, 1.0)).text
        return text


def encode(encoder: Encoder, tokenizer: Tokenizer, texts: Sequence[str], kind: str) -> Tensor:
    """(n, d) unit vectors."""
    rows = [
        [START, *found.ids[: LONGEST - 2], END] for found in tokenizer.encode_batch([f"{kind}: {one}" for one in texts])
    ]
    order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
    made = [
        encoder(torch.from_numpy(pad([rows[number] for number in order[first : first + 32]])))
        for first in range(0, len(order), 32)
    ]
    return torch.cat(made)[torch.tensor(order).argsort()]


def loss_of(encoder: Encoder, tokenizer: Tokenizer, group: Group) -> Tensor:
    """Return how far the gold passages are from being the nearest."""
    with torch.autocast("cpu", torch.bfloat16):
        asked = encode(encoder, tokenizer, group.queries, "query")
        read = encode(encoder, tokenizer, group.passages, "passage")
    return cross_entropy(asked.float() @ read.float().T / TEMPERATURE, torch.tensor(group.gold))


def judge(encoder: Encoder, tokenizer: Tokenizer, data: Path) -> dict[str, float]:
    """Return how often the right sentence of a judged article is the nearest to the question."""
    figures = {}
    with torch.no_grad():
        for direction in DIRECTIONS:
            questions = [one for one in load_questions(data, [f"xquad-dev.{direction}"]) if is_judged(one.title)]
            hits = []
            for title in sorted({one.title for one in questions}):
                own = [one for one in questions if one.title == title]
                places = [
                    (one, *span) for one in dict.fromkeys(q.paragraph for q in own) for span in cut_sentences(one)
                ]
                vectors = encode(encoder, tokenizer, [text[start:end] for text, start, end in places], "passage")
                best = (encode(encoder, tokenizer, [one.text for one in own], "query") @ vectors.T).argmax(1)
                for one, number in zip(own, best.tolist(), strict=True):
                    text, start, end = places[number]
                    hits.append(text == one.paragraph and any(start <= a < end for a, _ in one.answers))
            figures[direction] = round(float(np.mean(hits)), 3)
    return figures


def main() -> None:
    """Train, export, and say what it is worth."""
    parser = argparse.ArgumentParser(prog="training.tuning", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of data")
    parser.add_argument("--encoder", type=Path, required=True, help="the folder of the encoder's tokenizer and words")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--all", action="store_true", help="with the judged articles")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--rate", type=float, default=Recipe.rate)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    recipe, source, tokenizer = Recipe(steps=given.steps, rate=given.rate), load_source(), load_tokenizer(given.encoder)
    encoder = Encoder(make_trunk(source, load_kept(given.encoder, source)))
    encoder.trunk.words.weight.requires_grad_(False)  # noqa: FBT003 - its only parameter
    corpus = load_corpus(given.data, everything=given.all)
    groups = Groups(corpus, make_lexicon(corpus, given.encoder), recipe)
    say: Callable[[str], None] = lambda text: print(text, flush=True)  # noqa: E731
    say(f"before: {judge(encoder, tokenizer, given.data)}")
    trained = [one for one in encoder.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=recipe.rate, betas=(0.9, 0.98), weight_decay=0.01)
    losses: list[float] = []
    began = time.monotonic()
    for step, group in enumerate(islice(groups, recipe.steps), 1):
        for parameters in optimiser.param_groups:
            parameters["lr"] = recipe.rate_at(step)
        loss = loss_of(encoder, tokenizer, group)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        losses.append(loss.item())
        if step % 25 == 0:
            pace = (time.monotonic() - began) / step
            say(f"{step}/{recipe.steps} loss {np.mean(losses[-25:]):.3f} {pace:.2f} s a step")
        if step % 250 == 0 or step == recipe.steps:
            say(f"{step}: {judge(encoder, tokenizer, given.data)}")
            torch.save(encoder.state_dict(), given.out / "encoder.checkpoint")
    export(encoder, given.out / "encoder.onnx", sample_pieces(tokenizer, given.data))
    (given.out / "tuning.json").write_text(json.dumps({"recipe": vars(recipe), "all": given.all}) + "\n", "utf-8")


if __name__ == "__main__":
    main()
