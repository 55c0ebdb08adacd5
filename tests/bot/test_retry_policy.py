"""Second tries: made for a model that they help, seldom for another."""

from bot.retry_policy import EVERY, LEAST_TRIES, SecondChances


def made(chances: SecondChances, helped: list[bool]) -> list[bool]:
    """Which of the second tries asked for were made, `helped` saying what each would come to."""
    found = []
    for one in helped:
        found.append(chances.worth())
        if found[-1]:
            chances.learn(helped=one)
    return found


def test_a_model_that_they_help_gets_them_all() -> None:
    assert all(made(SecondChances(), [True, True, False] * 20))


def test_one_that_they_help_now_and_then_does_not() -> None:
    assert sum(made(SecondChances(), [True, False, False] * 20)) < 20


def test_another_gets_the_first_and_then_some_now_and_then() -> None:
    tries = made(SecondChances(), [False] * 40)
    assert tries[:LEAST_TRIES] == [True] * LEAST_TRIES
    assert [number for number, one in enumerate(tries, 1) if one and number > LEAST_TRIES] == [10, 20, 30, 40]
    assert EVERY == 10


def test_a_model_that_has_become_better_gets_them_again() -> None:
    tries = made(SecondChances(), [False] * 10 + [True] * 80)
    assert not all(tries[10:60])
    assert all(tries[-10:])
