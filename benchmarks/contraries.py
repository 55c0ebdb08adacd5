"""How many claims that say the contrary are withheld, and how many right ones, within one language.

    python -m benchmarks.contraries [--data FOLDER] [--wordnet FOLDER] [--show]

Claims are made from sentences of seeds/ and, where they are there, of XQuAD in English and Arabic: one content word is
swapped for its contrary (English: antonyms of WordNet, in Debian's package wordnet-base; Arabic: the pairs of
contraries.ar.txt), both ways; a function word is added, dropped or exchanged; two names change places; a number, a
month or a name is another. claims.jsonl holds claims that were written by hand on sentences of seeds/, of XQuAD (CC
BY-SA 4.0) and made up ones, right and wrong, half of them held out: those are counted and never shown.

No encoder is asked: what is printed is what words alone tell.
"""

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.grounding.support import find_unsupported
from index.text.search_form import language_of, search_form
from index.text.sentences import split_sentences
from index.types import Article, Language

HERE = Path(__file__).resolve().parent
SEEDS = HERE.parent / "seeds"
EACH = 300
"""Claims of each kind and language, at most."""
MOST_CHARACTERS = 300
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MONTHS: dict[Language, list[str]] = {
    "en": re.findall(r"\w+", "January February April June July August September October November December"),
    "ar": re.findall(r"\w+", "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"),
}
_EXCHANGED: dict[Language, list[str]] = {
    "en": re.findall(
        r"\S+",
        "before/after since/until more/less most/least from/to with/without above/below over/under all/some "
        "always/never every/no many/few into/from and/without",
    ),
    "ar": re.findall(
        r"\S+", "قبل/بعد منذ/حتى أكثر/أقل من/إلى مع/بدون فوق/تحت كل/بعض جميع/بعض دائما/نادرا كثير/قليل و/إلا"
    ),
}
_AUXILIARIES = re.findall(r"\w+", "is are was were has have had will would can could should may must did does do")
_ARABIC_PREFIX = r"(?:[وف]?(?:[بلك]?ال|لل|[بلك])?)"
_ARABIC_ENDINGS = ("", "ت", "ة", "ات", "ون", "ين", "وا", "ا", "ه", "ها", "هم", "ته", "تها")


@dataclass(frozen=True)
class Case:
    """A claim on sentences, and what is wrong with it: "right" where nothing is."""

    language: Language
    kind: str
    claim: str
    sentences: tuple[str, ...]
    question: str = ""
    held_out: bool = False


def main() -> None:
    """Print, by kind and language, how many claims are withheld."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the SQuAD files")
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"), help="folder of WordNet's files")
    parser.add_argument("--show", action="store_true", help="print what is let pass, and right claims withheld")
    options = parser.parse_args()
    counts: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for case in (*written_cases(), *made_cases(options.data, options.wordnet)):
        withheld = is_withheld(case)
        part = "held out" if case.held_out else "written" if case in _WRITTEN else "made"
        counts[case.language, part, case.kind].append(withheld)
        if options.show and not case.held_out and withheld == (case.kind == "right"):
            print(f"{case.kind}: {case.claim} ||| {' / '.join(case.sentences)} {case.question}")
    for (language, part, kind), found in sorted(counts.items()):
        print(f"{language} {part:9} {kind:24} withheld {sum(found):4} of {len(found):4} {sum(found) / len(found):6.1%}")


def is_withheld(case: Case) -> bool:
    """Say whether the words of a claim keep it from being shown."""
    return bool(find_unsupported(case.claim, case.sentences, question=case.question))


def written_cases() -> list[Case]:
    """Return the claims written by hand."""
    if not _WRITTEN:
        for line in (HERE / "claims.jsonl").read_text("utf-8").splitlines():
            one = json.loads(line)
            _WRITTEN.append(Case(**{**one, "sentences": tuple(one["sentences"])}))
    return _WRITTEN


_WRITTEN: list[Case] = []


def made_cases(data: Path, wordnet: Path) -> Iterator[Case]:
    """Yield the claims made from sentences, at most `EACH` of a kind and language."""
    sentences = list(_sentences(data))
    names = {name for sentence in sentences for name in _names(sentence)}
    contraries = {"en": _antonyms(wordnet), "ar": _arabic_pairs()}
    made: dict[tuple[Language, str], list[Case]] = defaultdict(list)
    rng = random.Random(0)
    for sentence in sentences:
        language = language_of(sentence)
        for kind, altered in _altered(sentence, language, contraries[language], sorted(names), rng):
            made[language, kind].append(Case(language, kind, altered, (sentence,)))
            if kind == "contrary":
                made[language, kind].append(Case(language, kind, sentence, (altered,)))
        made[language, "right"].append(Case(language, "right", sentence, (sentence,)))
    for cases in made.values():
        yield from rng.sample(cases, min(EACH, len(cases)))


def _sentences(data: Path) -> Iterator[str]:
    texts = [path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    for path in (data / "xquad-dev.en-en.json", data / "xquad-dev.ar-ar.json"):
        if path.exists():
            articles = json.loads(path.read_text("utf-8"))["data"]
            texts += [paragraph["context"] for article in articles for paragraph in article["paragraphs"]]
    for text in texts:
        for sentence in split_sentences(Article("", "", "", text, language_of(text))):
            if len(sentence.text) <= MOST_CHARACTERS and len(sentence.text.split()) > 4:
                yield sentence.text


def _altered(
    sentence: str, language: Language, contraries: dict[str, list[str]], names: Sequence[str], rng: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong, and the sentence made so."""
    words = list(_WORD.finditer(sentence))
    for found in words:
        options = _contraries_of(found[0], language, contraries)
        if options and not sentence[found.end() :].lstrip()[:1].isdigit():  # "عام 1971" is a year, and not general
            yield "contrary", _put(sentence, found, rng.choice(options))
    yield from _with_other_function_words(sentence, language, words)
    for number in list(_NUMBER.finditer(sentence))[:1]:
        other = str(rng.randrange(2, 99) + int(number[0][-1]) * 7)
        yield "numbers, dates, names", _put(sentence, number, other)
    for found in words:
        if any(found[0] in months for months in _MONTHS.values()):
            months = [month for month in _MONTHS[language] if month != found[0]]
            yield "numbers, dates, names", _put(sentence, found, rng.choice(months))
    own = _names(sentence)
    if own and (other := rng.choice(names)) not in own:
        yield "numbers, dates, names", sentence.replace(own[-1], other)
    if len(own) >= 2 and not re.search(rf"{re.escape(own[0])}\W+(?:\w+\W+)?{re.escape(own[-1])}", sentence):
        turned = {own[0]: own[-1], own[-1]: own[0]}
        yield "roles", _WORD.sub(lambda word: turned.get(word[0], word[0]), sentence)


def _with_other_function_words(
    sentence: str, language: Language, words: Sequence[re.Match[str]]
) -> Iterator[tuple[str, str]]:
    kind = "function words"
    exchanged = dict(pair.split("/") for pair in _EXCHANGED[language])
    exchanged |= {two: one for one, two in exchanged.items() if two not in exchanged}
    for found in words:
        if other := exchanged.get(found[0]):
            yield kind, _put(sentence, found, other)
        if found[0] in _AUXILIARIES and not sentence[found.end() :].startswith((" not", "n't")):
            yield kind, _put(sentence, found, f"{found[0]} not")
        if found[0] in ("not", "لم", "لا"):
            yield kind, _put(sentence, found, "").replace("  ", " ")
    if language == "ar" and words and words[0][0].endswith(("ت", "وا")):
        yield kind, f"لم {sentence}"
    for number in list(_NUMBER.finditer(sentence))[:1]:
        yield kind, _put(sentence, number, f"only {number[0]}" if language == "en" else f"{number[0]} فقط")


def _put(sentence: str, found: re.Match[str], other: str) -> str:
    return sentence[: found.start()] + other + sentence[found.end() :]


def _names(sentence: str) -> list[str]:
    """Return the words of an English sentence that have a capital and are not its first, each once."""
    words = [found[0] for found in _WORD.finditer(sentence)][1:]
    return list(dict.fromkeys(word for word in words if word[0].isupper() and len(word) > 3 and word[1:].islower()))


def _contraries_of(word: str, language: Language, contraries: dict[str, list[str]]) -> list[str]:
    """Return the contraries of a word, in the form that it has."""
    if language == "en":
        return contraries.get(word, [])
    form = re.fullmatch(rf"({_ARABIC_PREFIX})(\w+)", search_form(word))
    prefixes = {"", form[1]} if form else {""}
    found = []
    for prefix in sorted(prefixes, key=len, reverse=True):
        bare = search_form(word)[len(prefix) :]
        for ending in _ARABIC_ENDINGS:
            stem = bare[: len(bare) - len(search_form(ending))] if bare.endswith(search_form(ending)) else ""
            found += [prefix + other + ending for other in contraries.get(stem, [])]
    return found


def _arabic_pairs() -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = defaultdict(list)
    for line in (HERE / "contraries.ar.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            one, two = line.split()
            pairs[search_form(one)].append(two)
            pairs[search_form(two)].append(one)
    return pairs


def _antonyms(folder: Path) -> dict[str, list[str]]:
    """Return the antonyms of WordNet's words, and of their regular forms; nothing where WordNet is not there."""
    found: dict[str, list[str]] = defaultdict(list)
    for kind in ("noun", "verb", "adj", "adv"):
        path = folder / f"data.{kind}"
        if not path.exists():
            print(f"{path} is not there (Debian: apt-get install wordnet-base): no English contraries.")
            return {}
        lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith(" ")]
        synsets = {line.split()[0]: _synset(line) for line in lines}
        for line in lines:
            for offset, source, target in re.findall(r"! (\d{8}) [nvasr] ([0-9a-f]{2})([0-9a-f]{2})", line):
                own, others = synsets[line.split()[0]], synsets.get(offset, [])
                one, two = int(source, 16) - 1, int(target, 16) - 1
                if 0 <= one < len(own) and 0 <= two < len(others):
                    for form, other in zip(_forms(own[one], kind), _forms(others[two], kind), strict=True):
                        if "_" not in form + other and len(form) > 2:
                            found[form].append(other)
    return found


def _synset(line: str) -> list[str]:
    parts = line.split()
    size = int(parts[3], 16)
    return [re.sub(r"\(.*\)", "", word) for word in parts[4 : 4 + 2 * size : 2]]


def _forms(word: str, kind: str) -> Sequence[str]:
    if kind != "verb":
        return (word,)
    stem = word.removesuffix("e")
    return (word, f"{stem}ed", f"{stem}ing", f"{word}s")


if __name__ == "__main__":
    main()
