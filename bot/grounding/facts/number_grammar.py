"""How number words join into one number, in Arabic and in English; which words they are is `facts.number_words`."""

from dataclasses import dataclass
from fractions import Fraction

from bot.grounding.facts.number_words import NumberWord, Role

_SCALES = (Role.SCALE, Role.SCALE_DUAL)


@dataclass(slots=True)
class Sum:
    """A number read word by word, by the grammar of both languages."""

    total: Fraction = Fraction(0)
    current: Fraction = Fraction(0)
    smallest: Fraction = Fraction(10**15)
    last: Role | None = None

    @property
    def value(self) -> Fraction:
        """What was read so far."""
        return self.total + self.current

    def add(self, word: NumberWord, link: str) -> bool:
        """Add `word` and return True, if it goes on the number; `link`: what joins it, "", "-", "and" or "و"."""
        if self.last is not None and not self._goes_on(word, self.last, link):
            return False
        if word.role is Role.SCALE and word.value == self.smallest:
            pass
        elif word.role in _SCALES:
            factor = Fraction(2) if word.role is Role.SCALE_DUAL else Fraction(1) if link == "و" else self.current or 1
            self.total, self.current, self.smallest = self.total + factor * word.value, Fraction(0), word.value
        elif word.role is Role.HUNDRED and link != "و":
            self.current = (self.current or 1) * word.value
        elif word.role is Role.PART and self.last in _SCALES:
            self.current += word.value * self.smallest
        else:
            self.current += word.value
        self.last = word.role
        return True

    def _goes_on(self, word: NumberWord, last: Role, link: str) -> bool:
        if link == "and" and word.role is not Role.PART and last not in (Role.HUNDRED, Role.SCALE):
            return False
        low = self.current % 100
        match word.role:
            case Role.UNIT:
                return last is not Role.UNIT and low % 10 == 0 and low != 10 and not (link == "و" and last is Role.TEN)
            case Role.TEEN:
                return low == 0 or (word.value == 10 and last is Role.UNIT and not link)
            case Role.TEN:
                return low == 0 or (link == "و" and last is Role.UNIT and low < 10)
            case Role.HUNDREDS | Role.DIGITS | Role.SCALE_DUAL:
                return self.current == 0 and last in _SCALES and word.value < self.smallest
            case Role.HUNDRED:
                return last in _SCALES if link == "و" else 0 < self.current < 100
            case Role.SCALE:
                if last is Role.PART and word.value == self.smallest:  # "مليون ونصف المليون"
                    return True
                return word.value < self.smallest and (self.current == 0) == (link == "و")
            case Role.PART:
                return link in ("and", "و") and last is not Role.PART
        return False
