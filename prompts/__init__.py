"""The prompts of the model's steps, one file a step and language, and the check of their variables.

A file has two parts, `# system` and `# user`, with `$variables` (`string.Template`). A file whose variables are not
those of its step fails when it is loaded, before any model is called. What the values are is the caller's business:
they are put in as they are, in one pass, so that a "$name" inside an article stays what it is.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Literal

from config.errors import PromptError

Language = Literal["ar", "en"]

REFUSALS: dict[Language, str] = {"ar": "لا يذكر المقال ذلك.", "en": "The article does not say."}
"""What a model is told to write, and nothing else, where the sentences do not answer."""

VARIABLES: dict[str, frozenset[str]] = {
    "answer": frozenset({"evidence", "question", "refusal"}),
    "retry": frozenset({"evidence", "question", "refusal", "draft", "failures"}),
    "followup": frozenset({"history", "question"}),
}
"""The variables of each step: both parts of its files together use all of them and no other."""

_SYSTEM, _USER = "# system\n", "# user\n"


@dataclass(frozen=True, slots=True)
class Messages:
    """What is sent to a model."""

    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """One step's prompt in one language."""

    name: str
    language: Language
    system: Template
    user: Template

    def fill(self, **values: str) -> Messages:
        """Return the messages with the variables replaced.

        Raises: PromptError if a variable of the step is missing, or a value has no variable.
        """
        _check(self.name, frozenset(values), f"the values given to prompt {self.name!r}")
        return Messages(self.system.substitute(values), self.user.substitute(values))


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
    before, system_found, rest = text.partition(_SYSTEM)
    system, user_found, user = rest.partition(_USER)
    if before.strip() or not system_found or not user_found or not system.strip() or not user.strip():
        raise PromptError(
            f"{where} must have a part {_SYSTEM.strip()!r}, then a part {_USER.strip()!r}, and no other text."
        )
    templates = Template(system.strip()), Template(user.strip())
    if not all(template.is_valid() for template in templates):
        raise PromptError(f"{where} has a '$' that begins no variable; write '$$' for a dollar sign.")
    _check(name, frozenset(name for template in templates for name in template.get_identifiers()), where)
    return Prompt(name, language, *templates)


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
