"""Training examples for the reader: answerable questions, near misses of many kinds, and their controls.

    python -m training.data --data FOLDER --encoder FOLDER --out FILE [--portion N] [--all]

A portion goes once through all questions; every portion makes others of them, and the same number always the same.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.cloze import make_cloze
from training.code_switching import switch_language
from training.lexicon import Lexicon, learn_lexicon, load_lexicon
from training.lookup import WordIndex
from training.near_misses import Changed, Ties, change_both, change_question, change_text, insert_line
from training.rows import Rows, join
from training.session import SentenceVectors
from training.squad import Question, is_judged, load_parallel, load_questions
from training.vocabulary import load_tokenizer
from training.windows import BUDGET, Span, choose_window, cut_sentences, encode
from training.words import ARABIC, content_words, fold, folded, sounds

_BESIDE = 3  # other windows of an article
LIMIT = 300
"""Pieces of an example."""


@dataclass(frozen=True)
class Examples(Rows):
    """Questions with windows, and where the answer stands."""

    spans: NDArray[np.int32]
    """(n, 2): first and last piece of the answer; 0, 0: not here."""
    families: NDArray[np.int32] | None = None
    """(n,): windows of one article that one question is put to have one number, and stand next to one another."""


@dataclass
class _Collector:
    """Encodes examples one by one."""

    tokenizer: Tokenizer
    rows: list[list[int]] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    families: list[int] = field(default_factory=list)

    def add(self, kind: str, question: str, window: str, gold: Span | None, *, joined: bool = False) -> None:
        """Add an example, which is of the last one's family where it is `joined` to it."""
        encoded = encode(self.tokenizer, question, window, limit=LIMIT)
        span = (0, 0)
        if gold:
            inside = [
                n for n, (start, end) in enumerate(encoded.offsets) if end > gold[0] and start < gold[1] and end > start
            ]
            if not inside:
                return
            span = (encoded.first + inside[0], encoded.first + inside[-1])
        self.rows.append(encoded.ids)
        self.firsts.append(encoded.first)
        self.spans.append(span)
        self.kinds.append(kind)
        last = self.families[-1] if self.families else -1
        self.families.append(last if joined else last + 1)

    def examples(self) -> Examples:
        spans, firsts = np.array(self.spans, np.int32), np.array(self.firsts, np.int32)
        families = np.array(self.families, np.int32)
        return Examples(*join(self.rows), firsts, np.array(self.kinds), spans, families)


class Corpus:
    """All questions, with what one needs beside each: its translation, its article, its language."""

    def __init__(self, questions: Iterable[Question], news: Iterable[tuple[str, str]]) -> None:
        self.questions = list(questions)
        self.parallel: dict[str, dict[str, Question]] = defaultdict(dict)
        self.articles: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.news = list(news)
        for question in self.questions:
            if question.source.startswith("xquad"):
                self.parallel[question.id][question.direction] = question
            paragraphs = self.articles[question.languages[1], question.title]
            if question.paragraph not in paragraphs:
                paragraphs.append(question.paragraph)

    @cached_property
    def paragraphs(self) -> dict[str, list[str]]:
        """All paragraphs of each language."""
        found: dict[str, list[str]] = defaultdict(list)
        for (language, _), paragraphs in self.articles.items():
            found[language] += paragraphs
        return found

    @cached_property
    def translated_paragraphs(self) -> dict[str, str]:
        """Of XQuAD's paragraphs, each in the other language."""
        found: dict[str, str] = {}
        for versions in self.parallel.values():
            arabic, english = versions["ar-ar"].paragraph, versions["en-en"].paragraph
            found |= {arabic: english, english: arabic}
        return found

    def beside(self, question: Question) -> list[str]:
        """Return the other paragraphs of a question's article."""
        return [one for one in self.articles[question.languages[1], question.title] if one != question.paragraph]

    @cached_property
    def index(self) -> dict[str, WordIndex]:
        """The paragraphs of each language by their words."""
        return {language: WordIndex(paragraphs) for language, paragraphs in self.paragraphs.items()}

    @cached_property
    def sentence_pairs(self) -> list[list[tuple[str, str]]]:
        """Parallel sentences (English, Arabic) in running texts: XQuAD's paragraphs that were cut alike."""
        found = []
        for arabic, english in self.translated_paragraphs.items():
            if english in self.paragraphs["en"]:
                ours, theirs = cut_sentences(english), cut_sentences(arabic)
                if len(ours) == len(theirs):
                    found.append(
                        [
                            (english[slice(*a)].strip(), arabic[slice(*b)].strip())
                            for a, b in zip(ours, theirs, strict=True)
                        ]
                    )
        return found

    @property
    def question_pairs(self) -> list[tuple[str, str]]:
        """Parallel questions (English, Arabic)."""
        return [(versions["en-en"].text, versions["ar-ar"].text) for versions in self.parallel.values()]

    def in_language(self, question: Question, language: str) -> Question | None:
        """Return a question of XQuAD in another language, on the paragraph in that language."""
        return self.parallel.get(question.id, {}).get(f"{language}-{language}")


class Maker:
    """Makes the examples of one portion."""

    def __init__(self, corpus: Corpus, tokenizer: Tokenizer, lexicon: Lexicon, portion: int) -> None:
        self.corpus, self.tokenizer, self.lexicon = corpus, tokenizer, lexicon
        self.random = random.Random(portion)
        self.collected = _Collector(tokenizer)

    def make(self) -> Examples:
        """Go through all questions."""
        for question in self.corpus.questions:
            if question.gold is None:
                self._as_written(question)
                continue
            self._answerable(question)
            for share, way in self._ways(question):
                if self.random.random() < share:
                    way(question)
        for running in [*self.corpus.sentence_pairs, self.corpus.news]:
            self._clozes(running)
        return self.collected.examples()

    def _ways(self, question: Question) -> list[tuple[float, Callable[[Question], None]]]:
        """What is made of an answerable question and how often; more where there are few questions."""
        more = 1.0 if question.direction == "en-en" else 1.6
        return [
            (0.30 * more, self._sentence_away),
            (0.35 * more, self._tied_words_changed),
            (0.20 * more, self._untied_words_changed),
            (0.45 * more, self._question_changed),
            (0.15 * more, self._both_changed),
            (0.25 * more, self._other_paragraph),
            (0.60 * more, self._windows_beside),
        ]

    def _add(
        self,
        kind: str,
        question: str,
        text: str,
        gold: Span | None = None,
        *,
        whole: float = 0.2,
        keep: Span | None = None,
    ) -> None:
        """Add an example on a window of the text, which holds `gold` or what stood for it (`keep`)."""
        around = gold or keep
        question, text, gold, around = self._switched(question, text, gold, around)
        start, end = 0, len(text)
        if self.random.random() >= whole:
            budget = BUDGET if self.random.random() < 0.4 else self.random.randint(40, BUDGET)
            start, end = choose_window(self.tokenizer, text, self.random, gold=around, budget=budget)
        moved = (gold[0] - start, gold[1] - start) if gold else None
        self.collected.add(kind, self._as_typed(question), text[start:end].strip("\n"), moved)

    def _switched(
        self, question: str, text: str, gold: Span | None, around: Span | None
    ) -> tuple[str, str, Span | None, Span | None]:
        """Now and then the question or the text with words of the other language, whatever the example is."""
        chance, alike = self.random.random(), bool(ARABIC.search(question)) == bool(ARABIC.search(text))
        if chance < (0.28 if alike else 0.08):
            rate = self.random.uniform(0.4, 1.0)
            return switch_language(question, self.lexicon, self.random, rate=rate).text, text, gold, around
        if alike and chance > 0.84:
            rate = self.random.uniform(0.4, 1.0)
            changed = switch_language(text, self.lexicon, self.random, rate=rate, gold=around or (0, 0))
            return question, changed.text, changed.gold if gold else None, changed.gold if around else None
        return question, text, gold, around

    def _as_typed(self, question: str) -> str:
        """Now and then a question without its mark, as people type."""
        return question.rstrip("?؟ ") if self.random.random() < 0.1 else question

    def _as_written(self, question: Question) -> None:
        for _ in range(2):  # few people have written any; the second time it is cut or switched otherwise
            self._add("written near miss", question.text, question.paragraph, whole=0.5)

    def _answerable(self, question: Question) -> None:
        text, gold = question.paragraph, _gold(question)
        if self.random.random() < 0.1:
            line = question.text if self.random.random() < 0.7 else question.title.replace("_", " ")
            changed = insert_line(text, gold, line, cut_sentences(text), self.random)
            self._add("line inserted", question.text, changed.text, changed.gold)
            return
        if self.random.random() < 0.25:
            text, gold = self._with_neighbour(question, text, gold)
        self._add("answerable", question.text, text, gold)

    def _clozes(self, running: list[tuple[str, str]]) -> None:
        """Ask sentences of the other language's text around them: as they are, of another text, and changed."""
        for number, pair in enumerate(running):
            asked = self.random.randrange(2)
            first = max(0, number - self.random.randint(0, 4))
            beside = running[first : number + self.random.randint(1, 5)]
            read, said = ([pair[side] for pair in beside] for side in (1 - asked, asked))
            made = make_cloze(pair[asked], read, number - first, self.lexicon, self.random)
            if made is None:
                continue
            self._add("cloze", made.question, made.text, made.gold, whole=0.5)
            rest = made.text[: made.sentence[0]] + made.text[made.sentence[1] :]
            changed = change_question(made.question, " ".join(said), self.random)
            if changed and self.random.random() < 0.6:
                self._add("cloze changed", changed, made.text, keep=made.gold, whole=0.5)
            elif len(beside) > 1:
                self._add("cloze without its sentence", made.question, rest, whole=0.8)

    def _with_neighbour(self, question: Question, text: str, gold: Span) -> tuple[str, Span]:
        others = self.corpus.beside(question)
        if not others:
            return text, gold
        other = self.random.choice(others)
        if self.random.random() < 0.5:
            return f"{text}\n\n{other}", gold
        moved = len(other) + 2
        return f"{other}\n\n{text}", (gold[0] + moved, gold[1] + moved)

    def _sentence_away(self, question: Question) -> None:
        text, (start, end) = question.paragraph, _gold(question)
        sentences = cut_sentences(text)
        hit = [one for one in sentences if one[0] < end and start < one[1]]
        rest = text[: hit[0][0]] + text[hit[-1][1] :]
        if len(sentences) < len(hit) + 2 or text[start:end] in rest:
            return
        if self.random.random() < 0.2:
            rest = f"{question.text}\n{rest}"
        near = min(hit[0][0], len(rest) - 1)
        self._add("sentence away", question.text, rest, keep=(near, near + 1))

    def _tied_words_changed(self, question: Question) -> None:
        changed = self._change_text(question, tied=True)
        if changed:
            self._add("tied words changed", question.text, changed.text, keep=changed.gold)

    def _untied_words_changed(self, question: Question) -> None:
        changed = self._change_text(question, tied=False)
        if changed:
            self._add("untied words changed", question.text, changed.text, changed.gold)

    def _change_text(self, question: Question, *, tied: bool) -> Changed | None:
        text, gold = question.paragraph, _gold(question)
        hit = [one for one in cut_sentences(text) if one[0] < gold[1] and gold[0] < one[1]]
        if len(hit) != 1:
            return None
        others = self.random.choice(self.corpus.beside(question) or [""])
        return change_text(text, gold, hit[0], self._ties(question), self.random, tied=tied, others=others)

    def _ties(self, question: Question) -> Ties:
        """What links question and paragraph; across languages by the question's translation and by sound."""
        asked, read = question.languages
        if asked == read:
            return Ties(folded(question.text))
        translated = self.corpus.in_language(question, read)
        found = content_words(question.text)
        names = [match for match in found if not match[0][0].islower()]
        forms = folded(question.text) | (folded(translated.text) if translated else set())
        forms |= {fold(word) for match in found for word in self.lexicon.all(match[0])}
        return Ties(forms, sounds(names))

    def _question_changed(self, question: Question) -> None:
        asked, read = question.languages
        text = question.paragraph
        if asked != read:
            text = self.corpus.translated_paragraphs.get(text, text)
        changed = change_question(question.text, text, self.random)
        if changed:
            self._add("question changed", changed, question.paragraph, keep=question.gold)

    def _both_changed(self, question: Question) -> None:
        changed = change_both(question.text, question.paragraph, _gold(question), self.random)
        if changed:
            self._add("both changed", changed[0], changed[1].text, changed[1].gold)

    def _other_paragraph(self, question: Question) -> None:
        answer = question.paragraph[slice(*_gold(question))]
        others = [one for one in self.corpus.beside(question) if answer not in one]
        if not others or self.random.random() < 0.6:
            others = self._found(question, answer) or others
        if others:
            self._add("other paragraph", question.text, self.random.choice(others), whole=0.3)

    def _windows_beside(self, question: Question) -> None:
        """Put the question to the window that answers it and to others of its article: they compete.

        Source: Clark and Gardner 2018 (shared normalisation).
        """
        answer = question.paragraph[slice(*_gold(question))]
        found = [one for one in self._found(question, answer) if one in self.corpus.beside(question)]
        beside = [one for one in self.corpus.beside(question) if answer not in one and one not in found]
        chosen = [*found, *self.random.sample(beside, min(_BESIDE, len(beside)))][:_BESIDE]
        if not chosen:
            return
        asked = self._as_typed(self._switched(question.text, "", None, None)[0])
        budget = self.random.randint(80, BUDGET)
        for text, gold in ((question.paragraph, _gold(question)), *((one, None) for one in chosen)):
            start, end = choose_window(self.tokenizer, text, self.random, gold=gold, budget=budget)
            moved = (gold[0] - start, gold[1] - start) if gold else None
            kind = "window that answers" if gold else "window beside"
            self.collected.add(kind, asked, text[start:end].strip("\n"), moved, joined=gold is None)

    def _found(self, question: Question, answer: str) -> list[str]:
        """Return the first mistakes of a search by words, within the article twice as often as in all."""
        forms = self._ties(question).forms
        if self.random.random() < 0.66:
            index = WordIndex(self.corpus.beside(question))
        else:
            index = self.corpus.index[question.languages[1]]
        return index.find(forms, without=answer, count=3)


def _gold(question: Question) -> Span:
    if question.gold is None:
        raise ValueError(f"{question.id!r} has no answer")
    return question.gold


def load_corpus(data: Path, *, everything: bool) -> Corpus:
    """Read all questions, without the judged articles unless `everything`."""
    questions = (one for one in load_questions(data) if everything or not is_judged(one.title))
    return Corpus(questions, load_parallel(data))


def make_lexicon(corpus: Corpus, encoder: Path) -> Lexicon:
    """Learn the lexicon of a corpus, with the vectors of the encoder in a folder; kept there."""
    path = encoder / "lexicon.json"
    if not path.exists():
        sentences = [*corpus.news, *corpus.question_pairs, *(pair for pairs in corpus.sentence_pairs for pair in pairs)]
        texts = [text for paragraphs in corpus.paragraphs.values() for text in paragraphs]
        texts += [question.text for question in corpus.questions] + [text for pair in sentences for text in pair]
        vectors = SentenceVectors(encoder)
        learn_lexicon(sentences, texts, lambda words: vectors.queries(words, batch=64)).save(path)
    return load_lexicon(path)


def main() -> None:
    """Write one portion."""
    parser = argparse.ArgumentParser(prog="training.data", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of data")
    parser.add_argument("--encoder", type=Path, required=True, help="what training.encoder wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--portion", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="with the judged articles")
    given = parser.parse_args()
    corpus = load_corpus(given.data, everything=given.all)
    lexicon = make_lexicon(corpus, given.encoder)
    examples = Maker(corpus, load_tokenizer(given.encoder), lexicon, given.portion).make()
    examples.save(given.out)
    print(len(examples), "examples,", len(examples.ids), "pieces,", dict(Counter(examples.kinds.tolist())))


if __name__ == "__main__":
    main()
