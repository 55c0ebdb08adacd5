"""A process of its own for the tests of several processes: `python -m tests.worker write|read FOLDER FIRST LAST`.

`write` commits the articles FIRST … LAST - 1, replaces every third and removes every fifth; it prints each number when
it is done. `read` looks at them over and over until its standard input ends, and prints every fault it sees.
"""

import random
import sys
import threading
from pathlib import Path

from index.library.library import Library
from index.library.store import Store
from tests.made import INDEX_SETTINGS, fault, made_article


def write(library: Library, first: int, last: int) -> None:
    for number in range(first, last):
        library.commit([made_article(number)])
        if number % 3 == 0:
            library.commit([made_article(number, version=1)])
        if number % 5 == 0:
            library.remove(library.resolve(made_article(number).article.id))
        print(number, flush=True)


def read(library: Library, first: int, last: int) -> None:
    ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    rounds = 0
    while not ended.is_set():
        number = random.randrange(first, last)
        faults = [fault(library, made_article(number, version=version)) for version in (0, 1)]
        rounds += 1
        if any(problem not in ("", "not listed") for problem in faults):
            print(number, faults, flush=True)
    print("rounds", rounds, flush=True)


if __name__ == "__main__":
    task, folder, low, high = sys.argv[1:]
    {"write": write, "read": read}[task](Library(Store(Path(folder)), INDEX_SETTINGS), int(low), int(high))
