"""What a person may type as a filter."""

import pytest

from config.errors import QuestionError
from index.types import make_filter


@pytest.mark.parametrize("wrong", [{"since": "May"}, {"since": "2024-13-45"}, {"since": "2024-13"}, {"language": "fr"}])
def test_what_is_no_date_or_no_language_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(QuestionError):
        make_filter(since=wrong.get("since", ""), language=wrong.get("language", ""))
