"""Sentences by which a model says that the evidence does not answer, in whatever words and either language."""

import re
from dataclasses import replace

from bot.types import DraftClaim
from index.text.search_form import search_form

_TEXT = r"(?:articles?|texts?|sentences?|passages?|evidence|sources?|context|documents?|excerpts?|information)"
_TELL = (
    r"(?:say|mention|state|specify|provide|contain|answer|tell|give|include|indicate|discuss|address|describe|explain|"
    r"reveal|disclose|have)"
)
_ENGLISH = re.compile(
    rf"(?:(?:the|this|these|given|provided|numbered|none of the) ){{0,3}}{_TEXT}(?: (?:provided|given|above|itself))?"
    rf" (?:does not|doesn't|do not|don't|did not|didn't|cannot|can't|never) (?:\w+ )?{_TELL}\b"
    rf"|(?:none of the|no) (?:\w+ )?{_TEXT} (?:{_TELL}s?|answers?)\b"
    r"|(?:i|we) (?:do not|don't|cannot|can't|could not) (?:know|answer|find|tell|say)\b"
    r"|(?:sorry )?(?:there is|there's) no (?:information|mention|answer|evidence)\b"
    r"|(?:this|that|it|the answer|the information) is(?: not|n't) (?:mentioned|stated|said|given|provided|specified)\b"
    r"|not (?:mentioned|stated|specified|given) in the\b"
)
_ARABIC_TEXT = r"(?:المقال|المقاله|النص|الجمل|الجمله|المصدر|المصادر|السياق|الفقره|المقاطع|الوثيقه|جمله)"
_ARABIC_TELL = r"(?:[يت](?:ذكر|جيب|قول|حدد|وضح|شير|تضمن|حتوي|بين|ورد|رد|تحدث|ذكره|ذكرها)|جاء)"
_ARABIC = re.compile(
    rf"(?:لا|لم) {_ARABIC_TELL}(?: اي)? {_ARABIC_TEXT}\b"
    rf"|{_ARABIC_TEXT} (?:لا|لم) {_ARABIC_TELL}\b"
    r"|(?:لا|لم) (?:[يت]رد|[يت]ذكر|[يت]وجد|توجد|نجد|اجد|يتوفر|تتوفر) (?:ذلك|اي|هذا|معلومات|جواب|اجابه|ذكر|في)"
    r"|لا (?:اعرف|ادري|اعلم|استطيع|يمكنني|يمكن)\b"
    r"|(?:هذا |ذلك )?غير مذكور\b"
    r"|ليس (?:هناك|في المقال|في النص)\b"
)
_LEAD = re.compile(r"^(?:answer|الجواب|الاجابه|sorry|عذرا|unfortunately|للاسف|however|لكن)\b[\s:,،]*")
_TURN = re.compile(r"\s*(?:;|؛|,? (?:but|however|instead|rather),? |، ?(?:لكن|ولكن|بل) | (?:بل|ولكن|لكن) )\s*")


def is_refusal(sentence: str) -> bool:
    """Say whether a whole sentence says only that the evidence does not answer."""
    form = _LEAD.sub("", " ".join(search_form(sentence).strip(" .،\"'*«»").split()))
    form = form.replace("’", "'").replace(",", "")
    return bool((_ENGLISH.match(form) or _ARABIC.match(form)) and not _TURN.search(sentence))


def without_refusal(claim: DraftClaim) -> DraftClaim | None:
    """Return what a claim states beside a refusal: "It does not say X; it says Y." states Y. None if nothing."""
    if is_refusal(claim.text):
        return None
    turn = _TURN.search(claim.text)
    if turn and is_refusal(claim.text[: turn.start()]):
        rest = claim.text[turn.end() :].strip()
        return replace(claim, text=rest[:1].upper() + rest[1:]) if rest else None
    return claim
