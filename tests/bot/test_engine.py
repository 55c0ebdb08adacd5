"""Second tries: made for a model that they help, seldom for another."""

from bot.engine import RetryPolicy


def made(policy: RetryPolicy, helped: list[bool]) -> list[bool]:
    """Which of the second tries asked for were made, `helped` saying what each would come to."""
    found = []
    for one in helped:
        found.append(policy.should_retry())
        if found[-1]:
            policy.record(helped=one)
    return found


def test_a_model_that_they_help_gets_them_all() -> None:
    assert all(made(RetryPolicy(), [True, True, False] * 20))


def test_one_that_they_help_now_and_then_does_not() -> None:
    assert sum(made(RetryPolicy(), [True, False, False] * 20)) < 20


def test_another_gets_the_first_and_then_some_now_and_then() -> None:
    tries = made(RetryPolicy(), [False] * 40)
    assert tries[: RetryPolicy.LEAST_TRIES] == [True] * RetryPolicy.LEAST_TRIES
    later = [number for number, one in enumerate(tries, 1) if one and number > RetryPolicy.LEAST_TRIES]
    assert later == [10, 20, 30, 40]
    assert RetryPolicy.EVERY == 10


def test_a_model_that_has_become_better_gets_them_again() -> None:
    tries = made(RetryPolicy(), [False] * 10 + [True] * 80)
    assert not all(tries[10:60])
    assert all(tries[-10:])
