"""Words that turn a sense round or bound it, and those that only look like one."""

import pytest

from bot.grounding.facts.tokens import tokenize
from bot.grounding.operators import Operator, find_operators


@pytest.mark.parametrize(
    ("text", "operators"),
    [
        ("They did not go.", [Operator.NOT]),
        ("They didn't go before noon.", [Operator.NOT, Operator.BEFORE]),
        ("No fewer than 50 came.", [Operator.MORE]),
        ("Not only he came.", []),
        ("No, he came in May.", []),
        ("He may come.", [Operator.MAYBE]),
        ("They denied it.", [Operator.NOT]),
        ("ولم يأت إلا ثلاثة.", [Operator.NOT, Operator.EXCEPT]),
        ("لا يزال مفتوحا.", []),
        ("قد يأتي.", [Operator.MAYBE]),
        ("قد أتى.", []),
        ("ما لا يقل عن 50", [Operator.MORE]),
        ("أقل من 50", [Operator.LESS]),
    ],
)
def test_operators_are_found(text: str, operators: list[Operator]) -> None:
    assert [one.operator for one in find_operators(tokenize(text)) if one.operator is not Operator.FROM] == operators
