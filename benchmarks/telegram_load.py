"""Many people asking the Telegram bot at once, against the Bot API server of the tests.

    python -m benchmarks.telegram_load [--people 200] [--questions 5000]

A bot process of its own with the extractive writer and the seed articles. First all people ask at once: every question
must be answered once; the time until each answer is compared with the engine alone, given the same questions at once
in as many threads. Then people go on asking, and the bot's memory is read every 500 questions: once it has warmed up,
it must stay flat, or the command fails. The bot sends at most 30 messages a second, as Telegram asks, whatever the
server would bear.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.bootstrap import App, bootstrap
from bot.questions import read_question
from config.settings import load_settings
from index.readers.sources import read_source
from index.types import Article
from tests.bot.telegram.bot_api import TOKEN, BotApi
from tests.bot.telegram.people import Person

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
SAMPLE = 500
WARM = 2
"""Samples until caches and allocator have their size; growth counts from there."""
FLAT_MB = 1.0
"""Most growth per sample that counts as flat: some 2 kB a question, far below what one keeps of an answer."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--questions", type=int, default=5000, help="asked in all, for the memory")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, BotApi() as api:
        app = prepare(Path(home))
        alone = engine_alone(app, list(itertools.islice(questions(), options.people)))
        app.close()
        print(f"engine alone, {options.people} at once: p50 {at(alone, 0.5):.2f} s, p95 {at(alone, 0.95):.2f} s")
        with bot_process(api, home) as process:
            people = [Person(api, 1000 + number, f"Person {number}") for number in range(options.people)]
            api.wait(lambda: api.count("getUpdates"), 60)
            people[0].ask("How many passengers can the Noor carry?", seconds=60)
            through = all_at_once(api, people)
            ratio = at(through, 0.95) / at(alone, 0.95)
            print(f"bot, {options.people} at once: p50 {at(through, 0.5):.2f} s, p95 {at(through, 0.95):.2f} s")
            print(f"p95 of the bot over p95 of the engine: {ratio:.2f}")
            memory = go_on(api, people, process, options.questions - options.people)
            process.terminate()
            print(f"ended with status {process.wait(15)}")
    check_flat(memory)


def prepare(home: Path) -> App:
    """The product with the seed articles indexed."""
    app = bootstrap(load_settings({"home": str(home)}), writer="extractive")
    list(app.indexer.add([article for article in read_source(SEEDS) if isinstance(article, Article)]))
    return app


def questions() -> Iterator[str]:
    """The questions of the seed articles, over and over."""
    lines = [line for file in sorted(SEEDS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return itertools.cycle([str(json.loads(line)["question"]) for line in lines])


def engine_alone(app: App, asked: Sequence[str]) -> list[float]:
    """Seconds until each answer when all are asked at once, in as many threads as the bot has."""
    app.engine.answer(read_question(asked[0], language="auto"))
    began = time.monotonic()

    def answer(text: str) -> float:
        app.engine.answer(read_question(text, language="auto"))
        return time.monotonic() - began

    with ThreadPoolExecutor(app.settings.telegram.workers) as pool:
        return sorted(pool.map(answer, asked))


def bot_process(api: BotApi, home: str) -> "subprocess.Popen[bytes]":
    """`sanad telegram` in a process of its own."""
    environment = {
        **os.environ,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "SANAD_HOME": home,
        "SANAD_TELEGRAM__BASE_URL": api.url,
        "SANAD_TELEGRAM__PUBLIC": "true",
        "SANAD_TELEGRAM__QUESTIONS_PER_MINUTE": "1000000",
        "SANAD_TELEGRAM__QUESTIONS_PER_DAY": "1000000",
        "SANAD_TELEGRAM__TOKENS_PER_DAY": "1000000000",
    }
    command = [sys.executable, "-c", "from bot.cli.app import main; main()", "telegram"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)


def all_at_once(api: BotApi, people: Sequence[Person]) -> list[float]:
    """Seconds until each person's answer, sorted; every question must be answered, once."""
    before = {person.id: len(person.heard()) for person in people}
    made = len(api.calls)
    began = time.monotonic()
    for person, question in zip(people, questions(), strict=False):
        person.say(question)
    api.wait(lambda: all(len(person.heard()) > before[person.id] for person in people), 600)
    time.sleep(1)
    if any(len(person.heard()) != before[person.id] + 1 for person in people):
        raise SystemExit("some question was answered twice")
    return sorted(call.at - began for call in api.calls[made:] if call.method == "sendMessage")


def go_on(api: BotApi, people: Sequence[Person], process: "subprocess.Popen[bytes]", count: int) -> list[float]:
    """Ask `count` more questions, a round of all people at a time; returns the bot's memory in MB, sample by sample."""
    done, next_sample, memory = len(people), SAMPLE, list[float]()
    while done < count + len(people):
        all_at_once(api, people)
        api.calls.clear()
        done += len(people)
        if done >= next_sample:
            memory.append(resident(process.pid))
            print(f"after {done} questions: {memory[-1]:.0f} MB ({memory[-1] - memory[max(len(memory) - 2, 0)]:+.1f})")
            next_sample += SAMPLE
    return memory


def check_flat(memory: Sequence[float]) -> None:
    """Fail unless memory is flat; how much it grows is the slope of a line through the samples (Theil–Sen)."""
    warm = memory[WARM:]
    slopes = [(b - a) / (j - i) for (i, a), (j, b) in itertools.combinations(enumerate(warm), 2)]
    if len(warm) < 3:
        print("too few questions to tell whether memory is flat")
        return
    slope = statistics.median(slopes)
    print(f"memory: {slope:+.2f} MB per {SAMPLE} questions")
    if slope > FLAT_MB:
        raise SystemExit(f"memory is not flat: {slope:+.2f} MB per {SAMPLE} questions")


def resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def at(values: Sequence[float], share: float) -> float:
    """A quantile of sorted values."""
    return values[min(int(share * len(values)), len(values) - 1)]


if __name__ == "__main__":
    main()
