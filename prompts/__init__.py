"""The prompts of the model's steps, one file a step and language, and the check of their variables.

A file has the parts `# system` and `# user`, with `$variables` (`string.Template`); between them may stand an exchange
to go by, `# example` and `# answer`, which a model is shown as turns before the user's. A file whose variables are not
those of its step fails when it is loaded, before any model is called. What the values are is the caller's business:
they are put in as they are, in one pass, so that a "$name" inside an article stays what it is.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Literal

from config.errors import PromptError

Language = Literal["ar", "en"]

REFUSALS: dict[Language, str] = {"ar": "لا يذكر المقال ذلك.", "en": "The article does not say."}
"""What a model is told to write, and nothing else, where the sentences do not answer."""

FAILURES: dict[Language, dict[str, str]] = {
    "ar": {
        "no_key": "بلا رقم جملة: {claim}",
        "unknown_key": "ليس كل رقم في {keys} رقم جملة: {claim}",
        "beside": "الجملة {keys} لا تجيب عن السؤال: {claim}",
        "wrong_language": "ليس بالعربية: {claim}",
        "unsupported_fact": "{facts}: غير مذكور في الجملة {keys}",
        "unsupported": "ليس ما تقوله الجملة {keys}: {claim}",
        "not_verbatim": "ليس نص الجملة {keys}: {claim}",
    },
    "en": {
        "no_key": "no number of a sentence: {claim}",
        "unknown_key": "not every number in {keys} is that of a sentence: {claim}",
        "beside": "sentence {keys} does not answer the question: {claim}",
        "wrong_language": "not in English: {claim}",
        "unsupported_fact": "{facts}: not in sentence {keys}",
        "unsupported": "not what sentence {keys} says: {claim}",
        "not_verbatim": "not the words of sentence {keys}: {claim}",
    },
}
"""What is wrong with a claim, by its fault; with them a model is asked to correct it."""

VARIABLES: dict[str, frozenset[str]] = {
    "answer": frozenset({"evidence", "question", "refusal"}),
    "retry": frozenset({"evidence", "question", "refusal", "failures"}),
    "followup": frozenset({"history", "question"}),
}
"""The variables of each step: the system's and the user's part of its files together use all of them and no other."""

_PART = re.compile(r"^# (system|example|answer|user)\n", re.MULTILINE)
_ORDERS = (["system", "user"], ["system", "example", "answer", "user"])


@dataclass(frozen=True, slots=True)
class FilledPrompt:
    """What is sent to a model; `example` is an exchange that never was, a user's turn and its answer, or nothing."""

    system: str
    user: str
    example: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """One step's prompt in one language."""

    name: str
    language: Language
    system: Template
    user: Template
    example: tuple[str, ...] = ()

    def fill(self, **values: str) -> FilledPrompt:
        """Return the messages with the variables replaced.

        Raises: PromptError if a variable of the step is missing, or a value has no variable.
        """
        _check(self.name, frozenset(values), f"the values given to prompt {self.name!r}")
        return FilledPrompt(self.system.substitute(values), self.user.substitute(values), self.example)


@cache
def load(name: str, *, language: Language) -> Prompt:
    """Load the prompt of a step.

    Raises: PromptError if there is no such prompt, or its parts or variables are not those of its step.
    """
    file = files(__package__).joinpath(f"{name}.{language}.md")
    if name not in VARIABLES or not file.is_file():
        raise PromptError(f"There is no prompt {name!r} in {language!r}; the steps are {', '.join(VARIABLES)}.")
    return parse(file.read_text(encoding="utf-8"), name=name, language=language)


def parse(text: str, *, name: str, language: Language) -> Prompt:
    """Return the prompt that the text of a file holds; `load` says what can be wrong with it."""
    where = f"prompts/{name}.{language}.md"
    before, *found = _PART.split(text)
    names, parts = found[::2], [part.strip() for part in found[1::2]]
    if before.strip() or names not in _ORDERS or not all(parts):
        raise PromptError(
            f"{where} must have a part '# system', then a part '# user', between them perhaps '# example' and "
            "'# answer', and no other text."
        )
    system, *example, user = parts
    templates = Template(system), Template(user)
    if not all(template.is_valid() for template in templates):
        raise PromptError(f"{where} has a '$' that begins no variable; write '$$' for a dollar sign.")
    _check(name, frozenset(name for template in templates for name in template.get_identifiers()), where)
    return Prompt(name, language, *templates, tuple(example))


def _check(name: str, variables: frozenset[str], where: str) -> None:
    """Raise a PromptError where `variables` are not those of the step."""
    expected = VARIABLES[name]
    complaints = [
        f"{problem} {', '.join('$' + variable for variable in sorted(wrong))}"
        for problem, wrong in (("lack", expected - variables), ("have the unknown", variables - expected))
        if wrong
    ]
    if complaints:
        raise PromptError(
            f"The variables of {where} {' and '.join(complaints)}; it takes {', '.join(sorted(expected))}."
        )
