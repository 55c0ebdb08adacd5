"""Words that only join other words, in Arabic and English, in search form. Tables only.

What turns a sense round or bounds it ("not", "only", "before") is `bot.grounding.wording`'s, though it is grammar, too.
"""

from bot.grounding.facts.tokens import word_set

ENGLISH = word_set(
    """
    a an the this that these those it its he him his she her hers they them their theirs we us our ours you your
    yours i me my mine who whom whose which what when where why how there here then thus so as at by for in of on
    via and or nor yet but because although though while whereas whether also too very even such own itself himself
    herself themselves it's he's she's that's there's be am is are was were been being have has had having do does
    did doing can get gets got gotten let per about around approximately roughly nearly almost according well
    however therefore moreover both either each other others with within through during among amid between across
    along upon onto into to toward towards than one once is are mr mrs ms dr yes say says said saying called named
    known do's not's total times still already again currently now just's whom's like some's any located lies lie order
    etc ie eg
    """
)
ARABIC = word_set(
    """
    في من الي علي عن مع كان كانت كانوا كانا كانتا يكون تكون كن قد ان او ثم هو هي هم هما هن هذا هذه ذلك تلك هؤلاء
    هاتان هذان هذين التي الذي الذين اللذان اللذين اللتان اللتين اللواتي بين عند خلال غضون كما لكن حيث بل اي ايه ايضا
    اما كم نحو لدي به بها بهم له لها لهم فيه فيها فيهم منه منها منهم عليه عليها عليهم اليه اليها اليهم عنه عنها عنهم
    لديه لديها لديهم معه معها معهم انه انها انهم انهما لانه لانها لان هناك هنا حين حينما عندما كيف لقد حول جدا كي
    لكي لولا ذاته ذاتها نفسه نفسها بينما كذلك لذلك لذا هكذا مثل ضمن عبر وفق وفقا حسب بحسب حسبما بجانب اذ اذن نعم
    لماذا ماذا متي اين هل مما عما فيما بما لما كلما انما يا ذو ذا ذي ذات قال قالت يقول تقول قوله تم يتم تمت جري يجري
    اصبح اصبحت صار صارت حوالي تقريبا زهاء قرابه يمكن بواسطه لكونه كونه كونها لكونها بشكل علما يدعي تدعي يسمي تسمي
    يقع تقع عام سنه العام السنه عاما يوجد توجد موجود كلاهما كلتاهما يبلغ بلغ بلغت تبلغ اسمه اسمها الان حاليا لازال
    فان ليكون وهو وهي ابتداء بدايه لقيام قام قامت يقوم تقوم هنالك تعد يعد تعتبر يعتبر عباره
    """
)
CATEGORIES = word_set(
    """
    name number price cost amount year month day date time place city town country state region type kind title age
    length height width depth size population percentage answer language colour color اسم عدد سعر تكلفه ثمن مبلغ
    قيمه سنه شهر يوم تاريخ وقت مكان مدينه بلده بلد دوله منطقه نوع لقب عمر طول ارتفاع عرض عمق مساحه نسبه جواب اجابه
    لغه لون عاصمه
    """
)
"""Nouns that name the sort of thing that is asked for and say nothing of it: "the price is", "the year was"."""
