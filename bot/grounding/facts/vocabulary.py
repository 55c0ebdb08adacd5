"""English words that carry no fact, and verbs whose forms no rule finds. Tables only."""

from bot.grounding.facts.tokens import word_set

ENGLISH_FUNCTION_WORDS = word_set(
    """
    a an the this that these those it its he him his she her hers they them their theirs we us our you your i me my
    who whom whose which what when where why how there here then thus so as at by for from in into of on onto off out
    over under up down to toward towards with within without about above across after against along among around
    before behind below beneath beside besides between beyond during except like near since through throughout till
    until upon via and or but nor yet if because although though while whereas unless than whether also too very much
    many more most less least few some any all both each every either neither another other others such same own only
    just even still already again ever never not no none nobody nothing one ones once be am is are was were been being
    have has had having do does did done doing will would shall should can could may might must ought let get gets got
    become becomes became make makes made making take takes took taken use used uses using say says said saying tell
    told according called named known well however therefore moreover amid per whose itself himself herself themselves
    it's he's she's that's there's n't didn't doesn't don't wasn't isn't aren't weren't hasn't haven't hadn't won't
    wouldn't couldn't can't shouldn't part parts kind sort type types way ways thing things number time times year
    years first second last next new now today people person two three several total about approximately roughly
    nearly almost around mr mrs ms dr order including include includes included later earlier ago percent per cent
    """
)
_IRREGULAR = """
build built | write wrote written writing | win won winning winner | take took taken | fall fell fallen | rise rose
risen rising | begin began begun | hold held | lead led | make made | find found | buy bought | sell sold sale | fight
fought | teach taught | go went gone | grow grew grown growth | leave left | give gave given gift | say said | tell
told | send sent | spend spent | lose lost loss | meet met | run ran | come came | know knew known | think thought
thinking | bring brought | catch caught | drive drove driven | speak spoke spoken speech | break broke broken | choose
chose chosen choice | die died death dead | live lived life alive | shoot shot | sing sang sung song | sink sank sunk
| swim swam | throw threw thrown | wear wore worn | draw drew drawn | eat ate eaten | feel felt | fly flew flown
flight | forget forgot | get got | hide hid hidden | keep kept | lay laid | lie lay lain | lend lent | pay paid
payment | ride rode | ring rang | see saw seen sight | seek sought | shake shook | shine shone | sit sat | sleep slept
| stand stood | steal stole stolen | strike struck | swear swore | sweep swept | tear tore torn | wake woke | weave
wove woven | understand understood | arise arose | bear bore born borne birth | bind bound | bite bit | blow blew
blown | breed bred | deal dealt | dig dug | feed fed | flee fled | forbid forbade forbidden | freeze froze frozen |
hang hung | learn learned learnt | mean meant | sew sewn | show showed shown | shrink shrank shrunk | slide slid |
spread | spring sprang sprung | stick stuck | swing swung | weep wept | wind wound | withdraw withdrew withdrawn
withdrawal | man men | woman women | child children | foot feet | tooth teeth | high height | long length | wide width
| deep depth | strong strength | weigh weight | sit seat | succeed success successful | decide decision decisive |
defend defence defense | produce production product | receive receipt reception | describe description | destroy
destruction | explain explanation | permit permission | extend extension extensive extent | believe belief | prove
proof | choose choice | advise advice | analyse analyze analysis | marry marriage | arrive arrival | invade invasion |
divide division | conclude conclusion | expand expansion | include inclusion | collide collision | assume assumption |
absorb absorption | deny denial | refuse refusal | approve approval | propose proposal | acquire acquisition | require
requirement | inquire inquiry | solve solution | resolve resolution | revolt revolution | evolve evolution | vary
variety various variation | france french | see vision | old age aged | annual annually year yearly | brother brothers
| costs cost price priced
"""
_BASES = {form: forms.split()[0] for forms in _IRREGULAR.replace("\n", " ").split("|") for form in forms.split()}


def base_form(word: str) -> str:
    """Return the word that an irregular form belongs to; another word as it is."""
    return _BASES.get(word, word)
