"""What Sanad costs beyond its encoders, as ratios measured side by side: `python -m benchmarks.speed [PART…]`.

Parts: ask, index, cold, help, growth. Articles are made of the words of seeds/; the articles that only fill a library
up have made-up words and vectors, since their embedding is not what is measured.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from bot.bootstrap import App, bootstrap
from bot.questions import read_question
from bot.types import Question
from config.settings import load_settings
from index.models.choose import Encoders
from index.readers.sources import article_from_text, read_source
from index.text.passages import pack_passages
from index.text.sentences import split_sentences
from index.types import Article, IndexedArticle, Language
from tests.made import made_article, made_language

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = tuple(
    str(json.loads(line)["question"])
    for file in sorted((ROOT / "seeds").glob("*.jsonl"))
    for line in file.read_text("utf-8").splitlines()
)
"""Those of the shipped test sets; each is asked once, since what repeats could be remembered."""
WARM = 4
"""Questions asked before the clock starts."""
TURN = 9
"""Articles indexed, and embedded, at a time: some 250 sentences, as many as are committed together."""

STOCK = """
import sys
from llama_index.core import Settings, VectorStoreIndex
from llama_index.vector_stores.chroma import ChromaVectorStore
import chromadb
from index.models.llama_embedding import E5Embedding
client = chromadb.PersistentClient(sys.argv[1])
name = next(c.name for c in client.list_collections() if c.name.endswith("-sentences-ar"))
store = ChromaVectorStore(chroma_collection=client.get_collection(name))
index = VectorStoreIndex.from_vector_store(store, embed_model=E5Embedding())
print(index.as_retriever(similarity_top_k=8).retrieve(sys.argv[2])[0].text[:40])
"""


def main() -> None:
    """Print the tables of the parts named, or of all."""
    parts: dict[str, Callable[[], None]] = {"ask": ask, "index": index, "cold": cold, "help": help_, "growth": growth}
    for name in sys.argv[1:] or parts:
        parts[name]()


def ask() -> None:
    """A warm question through the whole engine, against the bare embedding of the question and stock LlamaIndex."""
    with library() as app:
        encoders, retrieve = app.encoders(), stock_retriever(app)
        for question in QUESTIONS[:WARM]:
            app.engine.answer(read_question(question, language="auto"))
        ours, bare, both, stock = [], [], [], []
        for text in QUESTIONS[WARM:]:
            asked = read_question(text, language="auto")
            ours.append(timed(partial(app.engine.answer, asked)))
            bare.append(timed(partial(encoders.embed_query, text)))
            both.append(bare[-1] + timed(partial(encoders.embed_second, [text])))
            stock.append(timed(partial(retrieve, text)))
        print(f"bare embedding of a question             {1000 * median(bare):7.1f} ms   1.00")
        row("both encoders", both, bare)
        row("stock LlamaIndex retriever over Chroma", stock, bare)
        row("sanad, the whole answer", ours, bare)


def index() -> None:
    """Indexing 2,000 sentences against embedding the same texts with the bare models."""
    articles = list(made_texts(2000))
    with library(seeds=False) as app:
        encoders = app.encoders()
        list(app.indexer.add(articles[:1]))
        ours = main = second = 0.0
        for start in range(1, len(articles), TURN):  # in turns: whatever else the machine does falls on both
            turn = articles[start : start + TURN]
            ours += timed(partial(lambda turn: list(app.indexer.add(turn)), turn))
            main += timed(partial(embed_all, encoders, turn, app.settings.passages.tokens))
            second += timed(partial(embed_all_again, encoders, turn))
        bare = main + second
        print(f"bare embedding of 2,000 sentences       {bare:7.1f} s    1.00")
        print(
            f"sanad index                             {ours:7.1f} s    {ours / bare:.2f}   (e5 alone {ours / main:.2f})"
        )


def cold() -> None:
    """A cold `sanad ask` against a cold script of stock LlamaIndex over the same collection."""
    with library() as app:
        folder = str(app.settings.folder)
        app.close()
        stock, ours = [], []
        for _ in range(7):
            stock.append(process("-c", STOCK, f"{folder}/library", QUESTIONS[0]))
            ours.append(process("-c", "from bot.cli.app import main; main()", "ask", QUESTIONS[0], home=folder))
        print(f"cold stock LlamaIndex, one retrieval    {1000 * median(stock):7.0f} ms   1.00")
        row("cold sanad ask", ours, stock)


def help_() -> None:
    """`sanad --help` against a Python that does nothing."""
    bare, ours = [], []
    for _ in range(25):
        bare.append(process("-c", "pass"))
        ours.append(process("-m", "bot", "--help"))
    print(f"python -c pass                          {1000 * median(bare):7.1f} ms   1.00")
    row("sanad --help", ours, bare)


def growth() -> None:
    """A question asked within one article, and over the library, as the library grows; without the encoders' time."""
    with library() as app:
        article, encoders, filled = app.library.records()[0], app.encoders(), 0
        print("sentences    one article p50 / p95 ms    whole library p50 / p95 ms    resident MB")
        for size in (1_000, 10_000, 100_000):
            while filled < size:
                batch = [filling(number) for number in range(filled // 50, min(size, filled + 5000) // 50)]
                app.library.commit(batch)
                if encoders.words:  # as indexing does
                    encoders.words.learn(sentence.text for made in batch for sentence in made.sentences)
                filled += 50 * len(batch)
            columns = [beyond_encoders(app, article_id) for article_id in (article.id, None)]
            shown = "    ".join(f"{1000 * middle:10.1f} / {1000 * high:6.1f}     " for middle, high in columns)
            print(f"{size:9,}    {shown}    {resident():6.0f}")


def filling(number: int) -> IndexedArticle:
    """An article of 50 sentences of 22 made-up words, some 650 of them different: their use follows Zipf's law."""
    chosen = random.Random(number)
    words = made_words(made_language(number))
    return made_article(
        number, texts=[" ".join(words[int(len(words) ** chosen.random())] for _ in range(22)) + "." for _ in range(50)]
    )


@cache
def made_words(language: Language) -> list[str]:
    """30,000 words in no language, of the letters of one."""
    chosen, letters = random.Random(language), "ابتجحدرزسعفقكلمنهوي" if language == "ar" else "abcdefghiklmnoprstuw"
    return ["".join(chosen.choices(letters, k=chosen.randint(2, 9))) for _ in range(30_000)]


def beyond_encoders(app: App, article_id: str | None) -> tuple[float, float]:
    """(median, 95th percentile) seconds that finding takes after encoding."""
    times = []
    for text in QUESTIONS:
        question = read_question(text, language="auto")
        reply = app.engine.answer(Question(question.text, question.language, article_id))
        times.append(reply.seconds["total"] - reply.seconds["embed"])
    return median(times), quantiles(times, n=20)[-1]


@contextmanager
def library(*, seeds: bool = True) -> Iterator[App]:
    """A new library in a folder of its own, with the seed articles."""
    with tempfile.TemporaryDirectory() as folder:
        app = bootstrap(load_settings({"home": folder}))
        if seeds:
            list(app.indexer.add([found for found in read_source(ROOT / "seeds") if isinstance(found, Article)]))
        yield app
        app.close()


def made_texts(sentences: int) -> Iterator[Article]:
    """Articles of some 30 sentences, the seed sentences in random order."""
    originals = [found for found in read_source(ROOT / "seeds") if isinstance(found, Article)]
    random.seed(1)
    made = 0
    while made < sentences:
        original = random.choice(originals)
        parts = [sentence.text for sentence in split_sentences(original)]
        random.shuffle(parts)
        yield article_from_text("\n".join(parts), source=f"made/{made}")
        made += len(parts)


def embed_all(encoders: Encoders, articles: list[Article], budget: int) -> None:
    for article in articles:
        sentences = split_sentences(article)
        passages = pack_passages(sentences, article, budget=budget)
        encoders.embed([sentence.text for sentence in sentences] + [passage.text for passage in passages])


def embed_all_again(encoders: Encoders, articles: list[Article]) -> None:
    for article in articles:
        encoders.embed_second([sentence.text for sentence in split_sentences(article)])


def stock_retriever(app: App) -> Callable[[str], object]:
    """LlamaIndex's own retriever over our collection of Arabic sentences."""
    from llama_index.core import VectorStoreIndex
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from index.library.schema import CollectionNames

    name = CollectionNames(app.library.settings.digest).sentences["ar"]
    with app.library.store.session() as session:
        store = ChromaVectorStore(chroma_collection=session.make(name))
    index = VectorStoreIndex.from_vector_store(store, embed_model=app.encoders().main)
    return index.as_retriever(similarity_top_k=8).retrieve


def process(*arguments: str, home: str = "") -> float:
    environment = {**os.environ, "SANAD_HOME": home} if home else None
    return timed(
        lambda: subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
    )


def timed(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began


def row(name: str, times: list[float], against: list[float]) -> None:
    print(f"{name:38s}  {1000 * median(times):7.1f} ms   {median(times) / median(against):.2f}")


def resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
