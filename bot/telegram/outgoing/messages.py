"""Every sentence the bot says, Arabic and English side by side, and numbers with their nouns.

A value in braces is set apart where it is foreign, see `texts.localize`.
"""

from dataclasses import dataclass

from bot.messages import Message
from index.types import Language


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun's forms with a number {n}. Arabic: one, two, 3–10, 11–99, and whole hundreds."""

    ar: tuple[str, str, str, str, str]
    en: tuple[str, str]


def counted(n: int, noun: Noun) -> Message:
    """A number of things, as a value for another message."""
    return Message(ar=noun.ar[_form(n)].format(n=n), en=noun.en[n != 1].format(n=n))


def _form(n: int) -> int:
    if n in (1, 2):
        return n - 1
    if 3 <= n % 100 <= 10:
        return 2
    return 3 if n % 100 > 10 else 4


def duration(seconds: float, language: Language) -> str:
    """A length of time in short units, rounded up."""
    whole = int(seconds) + 1
    if whole < 100:
        return SECONDS(language, seconds=whole)
    minutes = -(-whole // 60)
    if minutes < 60:
        return MINUTES(language, minutes=minutes)
    return HOURS(language, hours=minutes // 60, minutes=minutes % 60)


HELLO = Message(
    ar=(
        "أهلًا! أنا سند: أجيب عن أسئلتك من مقال، وكل جملة في جوابي منقولة منه بنصها.\n"
        "\n"
        "• اسأل بالعربية أو الإنجليزية.\n"
        "• أرسل مقالك: رابط صفحة، أو ملفًا (txt أو pdf أو docx أو غيرها)، أو نصه ملصقًا هنا، فيصير ما تسأل عنه.\n"
        "• اقتبس جملة واسأل عنها.\n"
        "\n"
        "/articles المقالات، /language اللغة، /help كل الأوامر."
    ),
    en=(
        "Hello! I am Sanad: I answer from an article, and every statement of mine is quoted from it.\n"
        "\n"
        "• Ask in Arabic or English.\n"
        "• Send your own article: a link, a file (txt, pdf, docx, …) or its text; it becomes what you ask about.\n"
        "• Quote a sentence and ask about it.\n"
        "\n"
        "/articles for the articles, /language for the language, /help for all commands."
    ),
)
TRY_ONE = Message(ar="جرّب أحد هذه الأسئلة:", en="Try one of these:")
HELP = Message(
    ar=(
        "اكتب سؤالك، أو أرسل مقالًا (رابطًا أو ملفًا أو نصًا طويلًا).\n"
        "\n"
        "/articles المقالات: اختيار وحذف\n"
        "/add أضف النص أو الرابط الذي يلي الأمر مقالًا\n"
        "/sources الجمل التي استند إليها الجواب الأخير\n"
        "/new محادثة جديدة\n"
        "/stop أوقف الجواب\n"
        "/language لغة الرسائل\n"
        "/forget احذف كل ما أعطيتني\n"
        "/privacy ما أحفظه\n"
        "/help هذه القائمة\n"
        "\n"
        "في المجموعات: اذكرني أو ردّ على رسالة لي. وفي أي محادثة: اكتب اسمي ثم سؤالك لتختار جملة من المقالات."
    ),
    en=(
        "Type a question, or send an article (a link, a file or a long text).\n"
        "\n"
        "/articles choose or remove an article\n"
        "/add make an article of the text or link after the command\n"
        "/sources the sentences the last answer rests on\n"
        "/new begin a new conversation\n"
        "/stop end the answer\n"
        "/language language of messages\n"
        "/forget delete all you gave me\n"
        "/privacy what I keep\n"
        "/help this list\n"
        "\n"
        "In groups: mention me or reply to me. In any chat: type my name and a question to pick a sentence."
    ),
)
PRIVACY = Message(
    ar=(
        "ما أحفظه: المقالات التي ترسلها، وأسئلتك وأجوبتها (لتتابع المحادثة)، وتقييماتك، ولغتك.\n"
        "من يراها: أنت وحدك؛ وما يُرسل في مجموعة يراه أعضاؤها. ويستطيع مشغّل البوت تصدير التقييمات مع أسئلتها "
        "لتحسين الأجوبة.\n"
        "الرابط الذي ترسله يفتحه الخادم، فيراه موقعه. "
        "لا أحفظ رسائلك الأخرى بعد الرد عليها، ولا تُكتب النصوص في السجلات إلا إن فعّل المشغّل ذلك.\n"
        "/forget يحذف كل ذلك؛ ويبقى عدد أسئلتك، بلا نصها، يومًا واحدًا لحساب الحدود."
    ),
    en=(
        "What I keep: the articles you send, your questions and their answers (so that you can follow up), your "
        "ratings, and your language.\n"
        "Who sees them: you alone; what is sent in a group, its members. The bot's operator can export ratings with "
        "their questions, to improve answers.\n"
        "A link you send is opened by this server, which its site sees. "
        "Other messages are not kept once answered, and texts are not written to logs unless the operator turns that "
        "on.\n"
        "/forget deletes all of it; how many questions you asked, without their text, stays for one day for the "
        "limits."
    ),
)
PRIVACY_FOLDER = Message(
    ar=(
        "ما حُذف لا يصل إليه أحد بعدها، وتُمحى آثاره من قاعدة المكتبة خلال ساعة؛ وقد تبقى كلمات متفرقة منه في ملفات "
        "فهرس Chroma إلى أن يُعاد بناؤه."
    ),
    en=(
        "What is deleted nobody gets to any more, and its traces in the library's database are overwritten within an "
        "hour; stray words of it may stay in Chroma's index files until they are written anew."
    ),
)
PRIVACY_SERVER = Message(
    ar="ما حُذف لا يصل إليه أحد بعدها، وتبقى آثاره في سجلّ خادم Chroma إلى أن ينظّفه مشغّله.",
    en="What is deleted nobody gets to any more; traces stay in the Chroma server's log until that is compacted.",
)
STRANGER = Message(
    ar="عذرًا، هذا البوت خاص. إن كنت تعرف مشغّله فأعطه هذا الرقم ليأذن لك: {number}",
    en="Sorry, this bot is private. If you know its operator, give them this number to be let in: {number}",
)

STRANGER_GROUP = Message(
    ar="عذرًا، هذا البوت خاص. إن كنتم تعرفون مشغّله فأعطوه رقم هذه المجموعة ليأذن لها: {number}",
    en="Sorry, this bot is private. If you know its operator, give them this group's number to let it in: {number}",
)

READING = Message(ar="أقرأ {title}… {percent}٪", en="Reading {title}… {percent}%")
ADDED = Message(
    ar="قرأت {title} وصار هو المقال الذي تسأل عنه.", en="I have read {title}; it is now what you ask about."
)
ADDED_AGAIN = Message(
    ar="هذا المقال عندي: {title}. صار هو ما تسأل عنه.", en="I already have {title}; it is now what you ask about."
)
SUMMARY = Message(
    ar="اللغة: {spoken}. الجمل: {sentences}. الكلمات: {words}.",
    en="Language: {spoken}. Sentences: {sentences}. Words: {words}.",
)
ARABIC = Message(ar="العربية", en="Arabic")
ENGLISH = Message(ar="الإنجليزية", en="English")
NOT_READABLE = Message(
    ar="لم أستطع قراءة {title}: لا نص فيه أقرؤه. أرسل ملفًا نصيًا بترميز UTF-8.",
    en="I could not read {title}: it holds no text that I can read. Send a text file in UTF-8.",
)
LINK_NOT_READ = Message(
    ar="لم أستطع قراءة مقال في {title}: قد تكون الصفحة غير متاحة أو مغلقة أو بلا مقال. افتحها وألصق نصها هنا.",
    en="I could not read an article at {title}: it may be gone, closed or without one. Open it and paste its text.",
)
LINK_TOO_LONG = Message(
    ar="مقال هذه الصفحة {size} ك.ب، وأكثر ما أقرأ {limit} ك.ب؛ ألصق الجزء الذي تسأل عنه.",
    en="That page's article has {size} kB and I read {limit} kB at most; paste the part you ask about.",
)
WRONG_FILE = Message(
    ar="لا أقرأ هذا النوع من الملفات؛ أرسل المقال ملف txt أو md أو html أو pdf أو docx أو epub، أو ألصق نصه.",
    en="I do not read this kind of file; send a txt, md, html, pdf, docx or epub file, or paste the text.",
)
WRONG_MESSAGE = Message(
    ar="أقرأ النصوص فقط: سؤالًا، أو مقالًا في رابط أو ملف (txt أو pdf أو docx أو غيرها) أو ملصقًا هنا.",
    en="I read text only: a question, or an article as a link, a file (txt, pdf, docx, …) or pasted here.",
)
FILE_TOO_LARGE = Message(
    ar="حجم الملف {size} ك.ب، وأكثر ما أقرأ {limit} ك.ب؛ قسّمه وأرسل أجزاءه.",
    en="The file has {size} kB and I read {limit} kB at most; split it and send the parts.",
)
ADD_WHAT = Message(
    ar="اكتب نص المقال بعد الأمر /add، أو ردّ بالأمر على رسالة فيها النص.",
    en="Write the article's text after /add, or reply with /add to a message that holds it.",
)

ARTICLES = Message(ar="المقالات:", en="Articles:")
ARTICLE_LINE = Message(ar="{number}. {title}، {sentences}", en="{number}. {title}, {sentences}")
ARTICLE_ACTIVE = Message(
    ar="{number}. {title}، {sentences} ← تسأل عنه الآن",
    en="{number}. {title}, {sentences} ← asking about it",
)
ARTICLES_NONE = Message(
    ar="لا توجد مقالات بعد. أرسل رابط مقال أو ملفًا (txt أو pdf أو docx أو غيرها)، أو ألصق نصه.",
    en="There are no articles yet. Send a link or a file (txt, pdf, docx, …), or paste an article's text.",
)
ARTICLES_HOW = Message(
    ar="اختر ما تسأل عنه. المقالات التي أضيفت هنا يمكن حذفها.",
    en="Choose what to ask about. Articles that were added here can be removed.",
)
ARTICLES_PAGE = Message(ar="الصفحة {page} من {pages}", en="Page {page} of {pages}")
ALL_ARTICLES = Message(ar="المقالات كلها", en="All articles")
NOW_ASKING = Message(ar="أسئلتك الآن عن {title}.", en="You are now asking about {title}.")
NOW_ASKING_ALL = Message(ar="أسئلتك الآن عن المقالات كلها.", en="You are now asking about all articles.")
REMOVE_SURE = Message(ar="أأحذف {title}؟", en="Remove {title}?")
REMOVED = Message(ar="حُذف {title}.", en="Removed {title}.")
NO_ARTICLE = Message(
    ar="هذا المقال غير موجود هنا؛ تجد ما يمكنك السؤال عنه في /articles.",
    en="That article is not here; /articles lists what you can ask about.",
)
YES_REMOVE = Message(ar="نعم، احذفه", en="Yes, remove it")
NO_KEEP = Message(ar="لا، أبقِه", en="No, keep it")
PREVIOUS = Message(ar="السابق", en="Previous")
NEXT = Message(ar="التالي", en="Next")

SENTENCE_IN = Message(ar="الجملة {number} من {title}:", en="Sentence {number} of {title}:")
SENTENCE_AT = Message(ar="{title}، الجملة {number}", en="{title}, sentence {number}")
MODEL_AWAY = Message(
    ar="النموذج اللغوي غير متاح الآن؛ هذه جمل المقال نفسها.",
    en="The language model is not available just now; these are the article's own sentences.",
)
OPEN_ARTICLE = Message(ar="اسأل عن هذا المقال", en="Ask about this article")
NO_SOURCES = Message(ar="لا يوجد جواب بعد؛ اطرح سؤالًا أولًا.", en="There is no answer yet; ask something first.")
LAST_SOURCES = Message(ar="ما استند إليه الجواب الأخير:", en="What the last answer rests on:")
LAST_REFUSED = Message(
    ar="لم يستند الجواب الأخير إلى شيء؛ أقرب ما ورد:", en="The last answer rests on nothing; the nearest was:"
)
TOO_OLD = Message(ar="لم يعد هذا الجواب محفوظًا؛ أعد السؤال.", en="That answer is no longer kept; ask again.")
SENTENCE_GONE = Message(
    ar="تغيّر المقال أو حُذف؛ هذه الجملة كما كانت:",
    en="The article was changed or removed; this is the sentence as it was:",
)
STOPPED = Message(ar="توقفت.", en="Stopped.")
NOTHING_TO_STOP = Message(ar="لا يوجد جواب جارٍ.", en="No answer is under way.")
NEW = Message(ar="محادثة جديدة: نسيت ما سبق. تفضّل.", en="A new conversation: what came before is forgotten. Go ahead.")
LANGUAGE_WHICH = Message(ar="بأي لغة أكلمك؟", en="Which language shall I speak?")
LANGUAGE_SET = Message(
    ar="سأكلمك بالعربية. والجواب بلغة السؤال.", en="I will speak English. Answers are in the question's language."
)
UNKNOWN = Message(ar="لا أعرف هذا الأمر؛ /help يعرض الأوامر.", en="I do not know this command; /help lists them.")
QUESTION_EMPTY = Message(ar="لم أجد سؤالًا؛ اكتبه بكلمات.", en="I found no question; write it in words.")

FORGET_SURE = Message(
    ar="سأحذف كل ما أعطيتني: مقالاتك (وما أضفته في المجموعات) وأسئلتك وتقييماتك. لا رجعة في ذلك. أأحذف؟",
    en=(
        "I will delete all you gave me: your articles (also those you added in groups), questions and ratings. "
        "This cannot be undone. Delete?"
    ),
)
FORGET_ANONYMOUS = Message(
    ar="أوقف إخفاء هويتك ثم أرسل /forget ثانية؛ وما أضيف باسم المجموعة من مقالات يُحذف من /articles.",
    en="Turn off “Remain anonymous”, then send /forget again; remove what was added as the group in /articles.",
)
FORGET_YES = Message(ar="نعم، احذف الكل", en="Yes, delete everything")
FORGET_NO = Message(ar="لا", en="No")
FORGOTTEN = Message(ar="حُذف كل ما أعطيتني.", en="All you gave me is deleted.")
KEPT = Message(ar="لم يُحذف شيء.", en="Nothing was deleted.")
NOT_YOURS = Message(ar="هذا الزر لمن طلبه.", en="This button is for the person who asked.")

THANKS = Message(ar="شكرًا على تقييمك.", en="Thank you for the rating.")
WHICH_WRONG = Message(ar="شكرًا. إن كانت جملة بعينها خاطئة فاخترها.", en="Thank you. If one sentence is wrong, tap it.")
MARKED_WRONG = Message(ar="سُجّلت الجملة {number} خاطئة.", en="Sentence {number} is noted as wrong.")

QUESTIONS = Noun(ar=("سؤال واحد", "سؤالين", "{n} أسئلة", "{n} سؤالًا", "{n} سؤال"), en=("{n} question", "{n} questions"))
ARTICLES_HAD = Noun(
    ar=("مقال واحد", "مقالان", "{n} مقالات", "{n} مقالًا", "{n} مقال"), en=("{n} article", "{n} articles")
)
SENTENCES = Noun(ar=("جملة واحدة", "جملتان", "{n} جمل", "{n} جملة", "{n} جملة"), en=("{n} sentence", "{n} sentences"))
MINUTE_LIMIT = Message(
    ar="وصلت إلى {questions} في الدقيقة، وهو الحد؛ اسأل ثانية بعد {wait}.",
    en="That was {questions} in a minute; ask again in {wait}.",
)
DAY_LIMIT = Message(
    ar="وصلت إلى {questions} في اليوم، وهو الحد؛ اسأل ثانية بعد {wait}.",
    en="That was the day's limit of {questions}; ask again in {wait}.",
)
TOKEN_LIMIT = Message(
    ar="وصلت إلى حد اليوم من النصوص؛ تابع بعد {wait}.",
    en="That was the day's limit of text; go on in {wait}.",
)
ARTICLE_LIMIT = Message(
    ar="عندك {articles}، وهو الحد؛ احذف واحدًا من /articles ثم أعد الإرسال.",
    en="You have {articles}, which is the limit; remove one in /articles and send it again.",
)
ARTICLE_LIMIT_HERE = Message(
    ar="في هذه المجموعة {articles}، وهو الحد؛ احذفوا واحدًا من /articles ثم أعيدوا الإرسال.",
    en="This group has {articles}, which is the limit; remove one in /articles and send it again.",
)
SECONDS = Message(ar="{seconds} ث", en="{seconds} s")
MINUTES = Message(ar="{minutes} د", en="{minutes} min")
HOURS = Message(ar="{hours} س {minutes} د", en="{hours} h {minutes} min")

OUTAGE = Message(
    ar="حدث خلل عندنا ولم أستطع الإجابة. هذا لا يعني أن المقال لا يجيب؛ أعد السؤال بعد قليل.",
    en="Something failed on our side, so I could not answer. The article may well say it; ask again soon.",
)
OUTAGE_ARTICLE = Message(
    ar="حدث خلل عندنا ولم أحفظ المقال؛ أعد إرساله بعد قليل.",
    en="Something failed on our side and the article was not kept; send it again soon.",
)
OUTAGE_OTHER = Message(ar="حدث خلل عندنا؛ أعد المحاولة بعد قليل.", en="Something failed on our side; try again soon.")
OUTAGE_DURING = Message(
    ar="حدث خلل عندنا قبل أن يكتمل الجواب؛ ما سبق صحيح السند لكنه ناقص.",
    en="Something failed on our side before the answer was complete; what stands above is grounded but not all.",
)

STATS = Message(
    ar=(
        "المحادثات: {chats}. المقالات المشتركة: {shared}، والخاصة: {own}.\n"
        "أسئلة آخر 24 ساعة: {day} من {people}، أُجيب عن {answered}. المجموع: {all}.\n"
        "👍 {up}، 👎 {down}. قيد العمل: {open}."
    ),
    en=(
        "Chats: {chats}. Shared articles: {shared}, private: {own}.\n"
        "Questions in the last 24 hours: {day} by {people}, answered {answered}. In all: {all}.\n"
        "👍 {up}, 👎 {down}. Under way: {open}."
    ),
)
REINDEXING = Message(ar="أعيد الفهرسة… {percent}٪", en="Indexing again… {percent}%")
REINDEXED = Message(ar="أُعيدت فهرسة المقالات: {count}.", en="Articles indexed again: {count}.")
OPERATOR_ONLY = Message(ar="هذا الأمر للمشغّل.", en="This command is the operator's.")

INLINE_OPEN = Message(ar="اسأل سند مباشرة", en="Ask Sanad directly")
INLINE_WAIT = Message(ar="وصلت إلى الحد؛ ابحث ثانية بعد {wait}", en="Limit reached; search again in {wait}")
INLINE_STRANGER = Message(ar="هذا البوت خاص", en="This bot is private")

BOT_DESCRIPTION = Message(
    ar=(
        "اسأل مقالًا بالعربية أو الإنجليزية، وكل جملة في الجواب منقولة منه بنصها. أرسل مقالك أو اسأل عن المقالات "
        "الموجودة."
    ),
    en=(
        "Ask an article in Arabic or English; every statement of the answer is quoted from it. Send your own, or ask "
        "what is there."
    ),
)
BOT_SHORT_DESCRIPTION = Message(
    ar="أجوبة من المقال، كل جملة بسندها.", en="Answers from the article, every statement with its source."
)

MENU = {
    "articles": Message(ar="المقالات: اختيار وحذف", en="Choose or remove an article"),
    "add": Message(ar="أضف نصًا مقالًا", en="Add a text as an article"),
    "sources": Message(ar="جمل الجواب الأخير", en="Sentences of the last answer"),
    "new": Message(ar="محادثة جديدة", en="New conversation"),
    "stop": Message(ar="أوقف الجواب", en="End the answer"),
    "language": Message(ar="لغة الرسائل", en="Language of messages"),
    "help": Message(ar="المساعدة", en="Help"),
    "privacy": Message(ar="ما أحفظه", en="What I keep"),
    "forget": Message(ar="احذف ما أعطيتني", en="Delete all you gave me"),
}
"""The command menu that Telegram shows, in its order."""
