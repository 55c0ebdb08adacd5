"""Whether a second try is worth its wait: a small model's second drafts are seldom better than its first."""

import threading

LEAST_TRIES = 6
"""Second tries that every model has."""
LEAST_HELPED = 0.5
"""Share of them that have to help, for all to be made from then on."""
EVERY = 10
"""Of a model whose second tries do not help, every so many are made nevertheless: it may be another model by now."""


class SecondChances:
    """Counts the second tries of one writer in this process, and those after which a claim stood; for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = self._tried = self._helped = 0

    def worth(self) -> bool:
        """Say whether to make the second try that is asked for."""
        with self._lock:
            self._asked += 1
            helps = self._tried < LEAST_TRIES or self._helped >= LEAST_HELPED * self._tried
            return helps or self._asked % EVERY == 0

    def learn(self, *, helped: bool) -> None:
        """Take note of a second try."""
        with self._lock:
            self._tried += 1
            self._helped += helped
