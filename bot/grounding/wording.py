"""Whether a claim keeps to the words of the sentences that it cites, in their language.

One rule: a claim has no content word, negation, comparison or direction that its sentences lack, and has their words in
their order, but for one phrase moved. Inflections, spellings of a name, numbers and dates are the same however they are
written. What says the same in other words is withheld, too: then the sentence itself is quoted, which is no harm.

Across languages words cannot be compared; that, and numbers, dates and names, is `bot.grounding.support`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.grounding.facts import Kind, Mention, states
from bot.grounding.facts.gazetteer import find_known, known_at
from bot.grounding.facts.names import is_capital_name, spelled_out
from bot.grounding.facts.tokens import CATEGORIES, Token, without_clitics, word_set
from bot.grounding.facts.units import is_range
from bot.grounding.operators import DROPPED, LOOSE, OPPOSITES, Operator
from bot.grounding.words import COPULAS, Word, Wording, follows_and, plain_forms, read_wording

_PRONOUNS = ("ها", "هم", "هما", "ه")
"""Endings of an Arabic verb whose object stands before it: "بغداد أسسها المنصور"."""
_YES = word_set("yes نعم اجل")
_TIMES = {Operator.BEFORE, Operator.AFTER, Operator.UNTIL}
_MOST_RUNS = 2
_FAULT, _BREAK, _OTHER_FORM = 1000, 100, 5
"""What it costs to take a word from a place: with another operator, in a new run, from another form of it."""
_MOST_WORDS, _MOST_PLACES = 150, 16
"""Words of a claim that can be compared at all, and places that each is looked for at."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a claim leaves the wording of its sentences, at `tokens[first:last]` of the claim."""

    kind: Kind
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Step:
    """A word of a claim, and the word of a sentence that it is taken from."""

    word: Word
    sentence: int
    place: int
    last: int
    """The last word of a name that begins at `place`."""


def find_departures(claim: str, sentences: Sequence[str], *, question: str = "") -> list[Departure]:
    """Return where a claim leaves the wording of the sentences that it cites.

    A word that only the question has may name the sort of thing asked for, and says nothing else.
    """
    said, sources = read_wording(claim), [read_wording(sentence) for sentence in sentences]
    if any(_forms(said) == _forms(source) for source in sources):
        return []
    if len(said.words) > _MOST_WORDS:
        return [Departure(Kind.ORDER, 0, len(said.tokens))]
    asked = read_wording(question)
    if not said.words and said.tokens and said.tokens[0].form in _YES:  # a bare "yes" says what is asked
        departs = asked.words and find_departures(question, sentences)
        return [Departure(Kind.OPPOSITE, 0, len(said.tokens))] if departs else []
    found, choices = [], []
    for word in _words_of_claim(said, sources):
        places = list(_places_of(word, sources))
        if places:
            choices.append((word, places))
        elif word.mention is None and not _names_what_is_asked(word, said, asked.places):
            found.append(Departure(_kind(said.tokens, word), word.first, word.last))
    steps = _align(choices, sources)
    found += [
        Departure(Kind.OPPOSITE, step.word.first, step.word.last)
        for step in steps
        if _is_bound_otherwise(step, said, sources[step.sentence])
    ]
    if not found and _is_out_of_order(steps, said, sources):
        found.append(Departure(Kind.ORDER, 0, len(said.tokens)))
    return found


def _forms(text: Wording) -> list[str]:
    return [token.form for token in text.tokens if token.word or token.number]


def _kind(tokens: Sequence[Token], word: Word) -> Kind:
    """Return what a new word is: a name where it is known as one, or has a capital that it need not have."""
    token = tokens[word.first]
    capital = token.upper or (token.capital and not token.opens) or is_capital_name(token)
    known = any(one.asserted and one.first <= word.first < one.last for one in find_known(tokens))
    return Kind.NAME if capital or known else Kind.WORD


def _words_of_claim(said: Wording, sources: Sequence[Wording]) -> Iterator[Word]:
    """Yield the words of a claim; a name of several words that a source gives in other words is one word."""
    whole: dict[int, tuple[int, frozenset[str]]] = {}
    for place in range(len(said.tokens)):
        for known in known_at(said.tokens, place):
            things = frozenset(f"thing {thing}" for thing in known.things)
            if place not in whole and any(not things.isdisjoint(source.places) for source in sources):
                whole[place] = known.last, things
    for letters, places in spelled_out(said.tokens):
        key = f"short {letters}"
        if places[0] not in whole and any(key in source.places for source in sources):
            whole[places[0]] = places[-1] + 1, frozenset({key})
    end = -1
    for word in said.words:
        if word.first < end:
            continue
        if word.first in whole and whole[word.first][0] > word.first + 1:
            end, keys = whole[word.first]
            yield replace(word, last=end, keys=keys, mention=None)
        else:
            yield word


def _places_of(word: Word, sources: Sequence[Wording]) -> Iterator[tuple[int, int]]:
    """Yield the sentences and places that a word can be taken from."""
    for number, source in enumerate(sources):
        if word.mention is None:
            found = {place for key in word.keys for place in source.places.get(key, ())}
            yield from ((number, place) for place in sorted(found))
        else:
            for place, other in enumerate(source.words):
                if other.mention is not None and _states(other.mention, source, word.mention):
                    yield number, place


def _states(mention: Mention, source: Wording, claimed: Mention) -> bool:
    """Say whether a quantity or date of a source is one of a claim; a part of one, as 3 in "3:30", is none."""
    if mention.kind is Kind.DATE or claimed.kind is Kind.DATE:
        return mention.kind is claimed.kind and states([source.facts], claimed) and mention.is_like(claimed)
    readings = {reading for one in source.facts.mentions if one.first == mention.first for reading in one.readings}
    return any(reading.stated_by(readings) for reading in claimed.readings)  # type: ignore[arg-type]


def _names_what_is_asked(word: Word, said: Wording, asked: dict[str, list[int]]) -> bool:
    """Say whether a word only names the sort of thing that is asked for: "the price is", "the year was"."""
    token = said.tokens[word.first]
    forms = without_clitics(token.form) if token.arabic else (token.form, token.form.removesuffix("s"))
    return any(form in CATEGORIES for form in forms) and not word.keys.isdisjoint(asked)


def _align(choices: Sequence[tuple[Word, list[tuple[int, int]]]], sources: Sequence[Wording]) -> list[_Step]:
    """Return where each word is taken from: with the same operators, in few runs, near one another, in this order."""
    best: list[tuple[int, _Step, int]] = []
    columns = []
    for word, places in choices:
        column: list[tuple[int, _Step, int]] = []
        for sentence, place in places[:_MOST_PLACES]:
            source = sources[sentence]
            shared = word.keys & source.words[place].keys
            named = any(key.startswith(("thing ", "short ", "long ")) for key in shared)
            end = source.spans.get(place, place) if named else place
            step = _Step(word, sentence, place, end)
            own = _FAULT * _differs(word, source.words[place]) + _OTHER_FORM * (shared != word.keys)
            ways = [cost + _way(before, step, source) for cost, before, _ in best] or [0]
            column.append((own + min(ways), step, ways.index(min(ways))))
        columns.append(column)
        best = column
    steps: list[_Step] = []
    at = min(range(len(best)), key=lambda at: best[at][0]) if best else 0
    for column in reversed(columns):
        steps.append(column[at][1])
        at = column[at][2]
    return steps[::-1]


def _way(last: _Step, step: _Step, source: Wording) -> int:
    """Return what it costs to go on from one word of a source to another."""
    if last.sentence != step.sentence or last.place > step.place:
        return _BREAK
    mixes = _BREAK * _leaves_a_clause(last.last, step.place, source, ())
    return min(abs(step.place - last.place - 1), _BREAK - 1) + mixes


def _differs(word: Word, source: Word) -> bool:
    """Say whether operators beside a word of a claim are others than those beside the word that it is taken from."""
    for operator in word.bound:
        if operator not in LOOSE | source.near | {Operator.MAYBE}:
            return True
        if operator not in source.bound and OPPOSITES.get(operator) in source.bound:
            return True
    # What follows "after" is a fact, too: "the siege lasted", but not "in summer" for "after the summer".
    told = set() if word.mention or word.led else _TIMES
    return any(operator in DROPPED for operator in source.bound - word.near - told)


def _is_bound_otherwise(step: _Step, said: Wording, source: Wording) -> bool:
    """Say whether a claim makes of a word what its sentence does not: denies it, bounds it, or has it done."""
    other = source.words[step.place]
    if _differs(step.word, other):
        return True
    if not other.intended or step.word.intended or step.word.near & {Operator.MAYBE, Operator.TO}:
        return False
    one, two = said.tokens[step.word.first], source.tokens[other.first]
    return step.word.mention is None and set(plain_forms(one)).isdisjoint(plain_forms(two))


def _is_out_of_order(steps: Sequence[_Step], said: Wording, sources: Sequence[Wording]) -> bool:
    """Say whether a claim has the words of its sentences in another order, or a value of one clause in another."""
    by_sentence: dict[int, list[_Step]] = defaultdict(list)
    for step in steps:
        by_sentence[step.sentence].append(step)
    changes = [(one, two) for one, two in pairwise(steps) if one.sentence != two.sentence]
    if len(changes) > len(by_sentence) or any(_joins_halves(one, two, by_sentence, sources) for one, two in changes):
        return True
    return any(_is_turned(own, said, sources[number]) for number, own in by_sentence.items())


def _joins_halves(one: _Step, two: _Step, by_sentence: dict[int, list[_Step]], sources: Sequence[Wording]) -> bool:
    """Say whether a claim that joins two sentences leaves out the end of the one and the beginning of the other.

    "Assad fled." and "The rebels took Aleppo." do not state that Assad took Aleppo.
    """
    left, entered = sources[one.sentence].words, sources[two.sentence].words
    taken, begun = (
        {at for step in by_sentence[number] for at in range(step.place, step.last + 1)}
        for number in (one.sentence, two.sentence)
    )
    ends = (at for at in range(one.last + 1, len(left)) if left[at].clause == left[one.last].clause)
    begins = (at for at in range(two.place) if entered[at].clause == entered[two.place].clause)
    return any(at not in taken for at in ends) and any(at not in begun for at in begins)


def _is_turned(steps: Sequence[_Step], said: Wording, source: Wording) -> bool:
    ordered = _with_verb_first(steps, said)
    starts = [at for at in range(1, len(ordered)) if ordered[at].place < ordered[at - 1].place]
    if len(starts) >= _MOST_RUNS:
        return True
    if starts and not _is_moved(ordered[: starts[0]], ordered[starts[0] :], said, source):
        return True
    return _mixes_clauses(steps, source)


def _with_verb_first(steps: Sequence[_Step], said: Wording) -> Sequence[_Step]:
    """Return steps with an Arabic verb before its subject, as most sentences have it, where a claim has it after."""
    at = next((at for at in range(1, len(steps)) if steps[at].place < steps[at - 1].place), 0)
    if not at or not said.tokens[steps[at].word.first].arabic or steps[at].place + 1 != steps[0].place:
        return steps
    return [steps[at], *steps[:at], *steps[at + 1 :]]


def _is_moved(front: Sequence[_Step], rest: Sequence[_Step], said: Wording, source: Wording) -> bool:
    """Say whether two runs are a sentence with one phrase moved, and not its subject and object exchanged.

    The phrase moved to the front stands together in the source. One moved to the end is adverbial: "in 1971".
    """
    if any(front[0].place < step.place < front[-1].place for step in rest):
        stands_together = not any(rest[0].place < step.place < rest[-1].place for step in front)
        return stands_together and _is_adverbial(rest[0], source)
    if _is_adverbial(front[0], source) or _is_adverbial(rest[0], source):
        return True
    if _is_count(front[0]):
        return False
    # Arabic has its verb first as a rule: what stands before verb and subject may as well be their object.
    jumped = sum(step.place < front[0].place for step in rest)
    return not said.tokens[front[0].word.first].arabic or jumped < 2 or _takes_up(front, rest, said, source)


def _is_adverbial(step: _Step, source: Wording) -> bool:
    """Say whether a phrase begins with a preposition, in the claim and in the source, or is a date."""
    if step.word.mention is not None and not _is_count(step):
        return True
    return step.word.led and source.words[step.place].led


def _is_count(step: _Step) -> bool:
    """Say whether a word is a number that is no year."""
    mention = step.word.mention
    return mention is not None and mention.kind is not Kind.DATE and not mention.is_year


def _takes_up(front: Sequence[_Step], rest: Sequence[_Step], said: Wording, source: Wording) -> bool:
    """Say whether the word that follows an Arabic phrase moved to the front shows what it is there."""
    before, verb = said.tokens[: rest[0].word.first], said.tokens[rest[0].word.first].form
    told = source.tokens[source.words[front[0].place].first].form, source.tokens[source.words[rest[0].place].first].form
    copula = any(form in COPULAS for token in before for form in without_clitics(token.form))
    return copula or told[0].endswith(_PRONOUNS[:-1]) or (verb != told[1] and verb.endswith(_PRONOUNS))


def _mixes_clauses(steps: Sequence[_Step], source: Wording) -> bool:
    """Say whether a claim leaves one clause before its end and enters another after its beginning.

    "Born in 1940 and died in 1999" does not state "born in 1999", nor "two killed and five wounded" two wounded.
    """
    taken = {place for step in steps for place in range(step.place, step.last + 1)}
    onwards = [(one.last, two.place) for one, two in pairwise(steps) if one.last < two.place]
    return (
        any(_skips_a_value(one, two, source, taken) for one, two in onwards)
        or any(_leaves_a_clause(one, two, source, taken) for one, two in onwards)
        or _has_value_of_another_clause(taken, source)
    )


def _leaves_a_clause(one: int, two: int, source: Wording, taken: Collection[int]) -> bool:
    """Say whether both the end of a clause and the beginning of another are left out between two words."""
    left, entered = source.words[one].clause, source.words[two].clause
    if left == entered or one >= two:
        return False
    between = {source.words[place].clause for place in range(one + 1, two) if place not in taken}
    begun = any(source.words[place].clause == entered for place in taken if place < two)
    return left in between and entered in between and not begun


def _skips_a_value(one: int, two: int, source: Wording, taken: Collection[int]) -> bool:
    """Say whether a claim goes on to a value past another of its kind: "costs 6" of "costs 8 dollars instead of 6"."""
    value, joined = source.words[two].mention, follows_and(source.tokens, source.words[two].first)
    skipped = (place for place in range(one + 1, two) if place not in taken)
    return (
        value is not None
        and not joined
        and any(
            value.is_like(source.words[place].mention)
            and not is_range(source.tokens, source.words[place].last, source.words[place + 1].first)
            for place in skipped
        )
    )


def _has_value_of_another_clause(taken: Collection[int], source: Wording) -> bool:
    """Say whether a claim takes a value out of its clause, and words out of one with another value of that kind."""
    clauses: dict[int, list[int]] = defaultdict(list)
    for place, word in enumerate(source.words):
        clauses[word.clause].append(place)
    for place in taken:
        value, clause = source.words[place].mention, source.words[place].clause
        if value is None or set(clauses[clause]) <= set(taken):
            continue
        for other, places in clauses.items():
            values = [at for at in places if value.is_like(source.words[at].mention)]
            said = any(at in taken and source.words[at].mention is None for at in places)
            if other != clause and said and values and not any(at in taken for at in values):
                return True
    return False
