"""The encoders and two articles, made once for all tests of ranking."""

import pytest

from index.retrieval.signals import PreparedArticle
from tests.index.retrieval.bench import ARABIC, ENGLISH, Bench


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench(second=True)


@pytest.fixture(scope="session")
def lighthouse(bench: Bench) -> PreparedArticle:
    return bench.article(ENGLISH)


@pytest.fixture(scope="session")
def village(bench: Bench) -> PreparedArticle:
    return bench.article(ARABIC)
