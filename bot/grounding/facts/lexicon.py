"""Which words are ordinary words, so that a capital, or a translation, need not be a name.

English is judged by the vocabulary that language models are fed with: an ordinary word is met in small letters more
often than with a capital, so its small form was given the earlier number (byte pair encoding numbers by frequency).
"""

from functools import lru_cache

from bot.grounding.facts.tokens import word_set
from index.text.passages import encoding

# Titles, offices and kinds of places and bodies: with a capital more often than not, yet translated and not spelled.
GENERIC = word_set(
    """
    academy act administration admiral affairs agency agreement air airport alliance ally ambassador amendment
    archbishop archive archives army assembly association authority avenue award awards bank baptist battle bay
    bishop board boulevard bureau cabinet canal canyon cape captain cardinal castle cathedral central century
    chairman chairwoman chamber championship championships chancellor chapel chapter chief church city coalition
    coast college colonel colony command commander commission commissioner committee commonwealth communist
    community company conference confederation congress conservative constitution convention corporation council
    councillor count county court creek crown cup dean declaration defence defense delta democrat democratic
    democrats department deputy desert director district division doctor dr duchess duke dynasty earl east eastern
    embassy emperor empire empress estate exchange executive expedition faculty federal federation ferry festival
    fiction finance first force forces foreign forest fort forum foundation fund gallery game games garden gate
    general government governor grand grant great group guard gulf hall harbor harbour high highway hill hills his
    holiness hospital hotel house ice imperial independence independent inspector institute institution interior
    international island islands isle journal judge justice king kingdom kings knight labor labour lady lake lakes
    land law laws league liberal liberty library lieutenant local lord lords lower magazine majesty major manager
    marine market marshal master mayor medal member memorial metropolitan middle military minister ministers
    ministry miss mission monarch monastery monument moreover mosque mount mountain mountains movement mr mrs ms
    municipality museum national nations naval navy new news newspaper nobel north northeast northern northwest
    northwestern observatory ocean office officer old olympic opera orchestra order organisation organization palace
    parish park parliament part party pass peace peninsula people people's period plain plains planet plateau player
    police political port premier president presidential press prime prince princess principality prize professor
    project protocol province public queen radio railway rainforest ranch record red reform reformation regiment
    region regional representative representatives republic republican republicans research reserve resolution
    review revolution ridge river rivers road roman royal sea season secretariat secretary section security senate
    senator sergeant series service sheriff sir sister society south southeast southern southwest southwestern
    square stadium state states station statue street strait studio studios sultan summit supreme system team
    technology temple territories territory theater theatre times tower town township trade treasury treaty tribunal
    tribune trust unfortunately union united university upper valley vice village volcano war wars week west western
    wing women world year zone zoo angel angels anarchy bible bull bulls chiefs commons cruz devil dictionary dragon
    eagle eagles edict elector eve explorer fair falcon fire fox gang ghost giant giants gold golden gospel gospels
    gothic greens halloween herald heritage hollow horizon hunter hurricane internet jaguars jet jets jungle knights
    legend legends legion lion lions lodge louvre moon navigator nobility outlook panther papal patriots pearl
    phoenix pirates privy prophet psalm psalms ranger rangers raven ravens reds reformed rose ruby saint saints san
    santa scouts sentinel shadow spider st star stars steelers sun sunrise sunset testament thunder tiger tigers
    titan titans tornado typhoon virgin warrior warriors wolf wonder additionally alternatively amen american
    anybody besides correspondingly furthermore hence however meanwhile nevertheless nonetheless please secondly
    similarly thank thanks thereafter therefore thirdly thus yes
    """
) - {"american", "roman"}


# Endings of words that are no names, wherever they stand, and of some that open a sentence.
_ABSTRACT = tuple(word_set("tion tions sion ness less lessly ility ical ional istic ology fully ment ments ence ively"))
_LEARNED = tuple(word_set("ist ists ism isms ic ics ous ary ally ity ed able ible ers water"))
_INFLECTED = ("s", "es", "ed", "ing", "er", "ers", "ly", "al")


@lru_cache(maxsize=50_000)
def is_ordinary(word: str) -> bool:
    """Say whether an English word in small letters is no name of its own."""
    if word in GENERIC or word.endswith(_ABSTRACT):
        return True
    small, capital = _rank(word), _rank(word.capitalize())
    return small is not None and (capital is None or small < capital)


def opens_ordinarily(word: str) -> bool:
    """Say whether a word with a capital at the start of a sentence, perhaps a rare or derived one, need be no name."""
    if not is_ordinary(word) and _rank(word.capitalize()) is not None:
        return False
    stems = (word.removesuffix(end) + back for end in _INFLECTED for back in ("", "e"))
    return is_ordinary(word) or word.endswith(_LEARNED) or any(len(stem) > 2 and is_ordinary(stem) for stem in stems)


def _rank(word: str) -> int | None:
    """Return the number of a whole word in the vocabulary: the smaller, the more frequent."""
    try:
        return encoding().encode_single_token(" " + word)
    except KeyError:
        return None
