"""How alike a name sounds in Latin and in Arabic letters: Bogdanov, بوغدانوف and بوجدانوف.

A weighted alignment of letters by the habits of Arabic newspapers, without a model. Only for names: names that are
translated (Germany, ألمانيا) are `bot.grounding.facts.gazetteer`.
"""

from functools import lru_cache

_LONGEST = 24
"""Letters of a name that are compared; nobody's is longer, and the alignment is quadratic."""

# Latin letters: what Arabic writes for them, as "letters" or "letters:cost"; "0" is nothing. Costs are in tenths.
_LETTERS = """
a=ا 0:1 ه:1 ع:1 ي:3 و:5 اي:3 | b=ب ف:6 | c=ك س ق:2 تش:3 ص:2 ش:5 | d=د ض:2 ت:4 ط:5 ذ:4
e=0 ي ا:3 ه:2 ع:2 اي:3 و:5 | f=ف | g=غ ج ق:2 ك:3 خ:4 ي:6 | h=ه ح 0:2 خ:4 | i=ي 0:1 اي ا:3 ع:3
j=ج ي:2 خ:3 غ:4 ه:5 ز:4 ش:4 | k=ك ق خ:4 0:6 | l=ل 0:8 | m=م | n=ن | o=و 0:2 ا:3 ع:3 وا:3 او:2 | p=ب ف:5 | q=ق ك
r=ر 0:7 غ:8 | s=س ص ز:2 ش:4 ث:4 0:7 | t=ت ط ث:4 د:5 0:7 | u=و 0:2 ا:3 يو ع:3 ي:4 وي:3 | v=ف ب:6 و:4
w=و ف:2 0:4 او:2 | x=كس كز ز:3 خ:4 س:4 ش:4 ك:6 0:6 | y=ي 0:2 اي:1 ا:4 و:5 | z=ز ظ:2 س:3 ذ:3 تس:1 ص:3 ض:3 ش:5 | ph=ف
th=ث ت ذ:1 ط:2 ظ:1 ز:4 د:4 | dh=ذ ظ ض د:2 | sh=ش س:5 | sch=ش سك شك | ch=تش ش خ ك ج:3 ح:3 ق:4 | tch=تش ش:3
tsch=تش | kh=خ ح:2 ك:2 ه:4 ق:4 | gh=غ 0:2 ج:3 ق:4 ف:4 | zh=ج ش:3 ز:2 تش:3 | ck=ك ق:2 | qu=كو ق ك كي:3
ts=تس س:3 ز:4 | tz=تز تس س:3 ز:3 | cqu=ك | cque=ك | aux=و | eaux=و | cz=تش ز:3 س:4 تس:3 | sz=ش س | cc=ك كس تش:3
sc=س سك ش:3 | wh=و ه:3 | wr=ر | kn=ن كن | mb=م:3 | dj=ج | nge=نج | ng=غ:4 نغ نج ن:3 نك:3 نق:3 | gn=ن:1 غن ني:2
ou=و او:1 0:3 ا:4 | oo=و ا:4 | ee=ي | ea=ي ا 0:2 يا | ai=اي ي ا:3 اي | ay=اي ي | ei=اي ي | ey=ي اي | ie=ي اي
eau=و | au=او و ا:2 | aw=او و | ow=و او | oi=وا وي | oy=وي | oa=و وا:1 | oe=و ي:3 | ue=و 0:1 ي:3
eu=يو و او:2 وي:3 | ew=يو | ia=يا يه ي:3 | io=يو و:3 | iu=يو | igh=اي | augh=و اف | ough=و اف | tion=شن شيون
que=ك | gue=غ ج | ah=ا ه | eh=ه ي | oh=و | ll=ي:3 | gi=ج:2 جي | ci=تش:3 سي | ce=س تش:3 | ier=ييه يه ير
"""
# What an Arabic letter costs that answers to no Latin one.
_EXTRA = {"ا": 3, "و": 5, "ي": 4, "ء": 1, "ئ": 1, "ؤ": 1, "ع": 3, "ه": 4}
_MISSING = 10
_LOOSE, _STRICT, _CLOSE, _SHORT = 0.8, 0.5, 0.4, 8
"""Cost a letter that two names may differ by, and by how much names of few letters may."""


def _table() -> dict[str, tuple[tuple[str, int], ...]]:
    table: dict[str, tuple[tuple[str, int], ...]] = {}
    for entry in _LETTERS.replace("\n", "|").split("|"):
        if entry.strip():
            latin, forms = entry.strip().split("=")
            pairs = (form.partition(":") for form in forms.split())
            table[latin] = tuple((form.replace("0", ""), int(cost or 0)) for form, _, cost in pairs)
    return table


_TABLE = _table()
_WIDEST = max(map(len, _TABLE))


@lru_cache(maxsize=20_000)
def sounds_alike(latin: str, arabic: str, *, closely: bool = False) -> bool:
    """Say whether a name in Latin and one in Arabic letters, both in search form, can be one name."""
    latin, arabic = latin[:_LONGEST], arabic[:_LONGEST]
    size = len(latin) + len(arabic)
    limit = int(size * (_CLOSE if closely else _LOOSE if size > _SHORT else _STRICT))
    return _alignment(latin, arabic, limit) <= limit


def _alignment(latin: str, arabic: str, limit: int) -> int:
    """Return the least cost of writing `latin` as `arabic`, in tenths of a letter, if it is within `limit`."""
    width = len(arabic) + 1
    best = [[limit + 1] * width for _ in range(len(latin) + 1)]
    best[0][0] = 0
    for i, row in enumerate(best):
        units = [pair for size in range(1, _WIDEST + 1) for pair in _units(latin, i, size)]
        for j in range(width):
            cost = row[j]
            if cost > limit:
                continue
            if j + 1 < width:
                row[j + 1] = min(row[j + 1], cost + _EXTRA.get(arabic[j], _MISSING))
            for size, form, price in units:
                end = j + len(form)
                if cost + price <= limit and arabic.startswith(form, j) and best[i + size][end] > cost + price:
                    best[i + size][end] = cost + price
    return best[-1][-1]


def _units(latin: str, start: int, size: int) -> list[tuple[int, str, int]]:
    """Return what Arabic may write for the `size` letters from `start`, each with its cost; one may be left out."""
    letters = latin[start : start + size]
    if len(letters) < size:
        return []
    units = [(size, form, price) for form, price in _TABLE.get(letters, ())]
    if size == 1:
        units.append((1, "", 0 if latin[start - 1 : start] == letters else _MISSING))
    return units
