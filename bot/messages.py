"""Every sentence a person is shown, Arabic and English side by side."""

from dataclasses import dataclass

from bot.types import Note
from index.types import Language


@dataclass(frozen=True, slots=True)
class Message:
    """One message in both languages, with the same {placeholders}."""

    ar: str
    en: str

    def __call__(self, language: Language, **values: object) -> str:
        """The message in the language, placeholders filled."""
        return (self.ar if language == "ar" else self.en).format(**values)


REFUSAL = Message(
    ar="المقال لا يجيب عن هذا السؤال.",
    en="The article does not say.",
)
REFUSAL_LIBRARY = Message(
    ar="لا يجيب أي مقال في المكتبة عن هذا السؤال.",
    en="No article in the library says.",
)
NEAREST = Message(ar="أقرب الجمل إليه:", en="The sentences that come nearest:")
SOURCE_LINE = Message(
    ar="{title}، الجملة {number}{location} ({source})", en="{title}, sentence {number}{location} ({source})"
)
LOCATION_PAGE = Message(ar="الصفحة {page}", en="page {page}")
LOCATION_HEADING = Message(ar="تحت «{heading}»", en="under “{heading}”")
LOCATION_AUTHOR = Message(ar="بقلم {author}", en="by {author}")
LOCATION_DATE = Message(ar="بتاريخ {date}", en="of {date}")
LOCATION_VERSION = Message(ar="النسخة {version} من {date}", en="version {version} of {date}")
LOCATION_SOURCES = Message(ar="في {count} من المصادر", en="in {count} sources")
OTHER_LANGUAGE = Message(
    ar="الاقتباس بلغة المقال (الإنجليزية)؛ اضبط نموذجًا لغويًا لتحصل على الجواب بالعربية.",
    en="Quoted in the article's language (Arabic); configure a language model for an answer in English.",
)

NOTES = {
    Note.MODEL_UNREACHABLE: Message(
        ar="تعذّر الوصول إلى النموذج اللغوي (llm.base_url)؛ هذه جمل المقال نفسها.",
        en="The language model cannot be reached (llm.base_url); these are the article's own sentences.",
    ),
    Note.MODEL_SLOW: Message(
        ar="لم يُجب النموذج اللغوي في الوقت المحدد (llm.timeout)؛ هذه جمل المقال نفسها.",
        en="The language model did not answer in time (llm.timeout); these are the article's own sentences.",
    ),
    Note.MODEL_KEY: Message(
        ar="رُفض مفتاح النموذج اللغوي؛ صحّح llm.api_key. هذه جمل المقال نفسها.",
        en="The language model's server refused the key; correct llm.api_key. These are the article's own sentences.",
    ),
    Note.MODEL_UNKNOWN: Message(
        ar="لا يعرف الخادم هذا النموذج؛ صحّح llm.model. هذه جمل المقال نفسها.",
        en="The server does not know this model; correct llm.model. These are the article's own sentences.",
    ),
    Note.MODEL_BUSY: Message(
        ar="النموذج اللغوي مشغول الآن؛ هذه جمل المقال نفسها.",
        en="The language model is busy just now; these are the article's own sentences.",
    ),
    Note.MODEL_FAILED: Message(
        ar="أخفق خادم النموذج اللغوي؛ هذه جمل المقال نفسها.",
        en="The language model's server failed; these are the article's own sentences.",
    ),
    Note.MODEL_CUT: Message(
        ar="انقطع جواب النموذج اللغوي؛ هذه جمل المقال نفسها.",
        en="The language model's answer broke off; these are the article's own sentences.",
    ),
    Note.PARTIAL: Message(
        ar="انقطع جواب النموذج اللغوي قبل تمامه؛ هذا ما ثبت منه في المقال.",
        en="The language model's answer broke off before its end; this is what of it stands in the article.",
    ),
    Note.NOT_A_MODEL: Message(
        ar="ما في العنوان llm.base_url لا يجيب كخادم نموذج لغوي؛ هذه جمل المقال نفسها.",
        en="What answers at llm.base_url is no language model's server; these are the article's own sentences.",
    ),
    Note.MODEL_SILENT: Message(
        ar="لم يكتب النموذج اللغوي شيئًا؛ هذه جمل المقال نفسها.",
        en="The language model wrote nothing; these are the article's own sentences.",
    ),
    Note.MODEL_FILTERED: Message(
        ar="حجب مرشّح المحتوى جواب النموذج اللغوي؛ هذه جمل المقال نفسها.",
        en="The model's content filter withheld its answer; these are the article's own sentences.",
    ),
    Note.CONTEXT_TOO_LONG: Message(
        ar="السؤال والأدلة أطول من سياق النموذج (llm.context)؛ هذه جمل المقال نفسها.",
        en="Question and evidence exceed the model's context (llm.context); these are the article's own sentences.",
    ),
    Note.OTHER_LANGUAGE: Message(
        ar="أجاب النموذج اللغوي بلغة أخرى؛ هذه جمل المقال نفسها.",
        en="The language model answered in another language; these are the article's own sentences.",
    ),
    Note.UNGROUNDED: Message(
        ar="لم يثبت ما كتبه النموذج اللغوي في المقال؛ هذه جمل المقال نفسها.",
        en="What the language model wrote does not stand in the article; these are the article's own sentences.",
    ),
    Note.DOUBTED: Message(
        ar="لم يجد النموذج اللغوي جوابًا، لكن هذه الجمل قد تحمله.",
        en="The language model found no answer, but these sentences may hold it.",
    ),
}
"""Why the answer is not the model's."""

QUESTION_EMPTY = Message(
    ar="السؤال فارغ؛ اكتب سؤالًا عن المقال.", en="The question is empty; ask something about the article."
)
QUESTION_TOO_LONG = Message(
    ar="السؤال طويل جدًا ({length} حرفًا)؛ اختصره إلى {limit} حرف على الأكثر.",
    en="The question has {length} characters; shorten it to {limit} at most.",
)
SEARCH_EMPTY = Message(
    ar="لا كلمة في ما تبحث عنه؛ اكتب كلمة واحدة على الأقل.",
    en="There is no word to search for; type at least one.",
)
NO_ARTICLES = Message(
    ar="لا توجد مقالات بعد؛ أضف واحدًا بالأمر sanad index FILE.",
    en="There are no articles yet; add one with `sanad index FILE`.",
)
UNKNOWN_ARTICLE = Message(
    ar="لا يوجد مقال بالمعرّف {article_id!r}؛ يعرض الأمر sanad articles المقالات كلها.",
    en="There is no article {article_id!r}; `sanad articles` lists them.",
)

CHAT_WELCOME = Message(
    ar="اسأل عن {articles}. /help للمساعدة، وCtrl-D للخروج.",
    en="Ask about {articles}. /help for help, Ctrl-D to leave.",
)
CHAT_ALL = Message(ar="المقالات كلها ({count})", en="all articles ({count})")
CHAT_ARTICLE = Message(ar="المقال «{title}»", en="“{title}”")
CHAT_HELP = Message(
    ar=(
        "/articles        قائمة المقالات\n"
        "/article ID      اسأل عن مقال واحد؛ بلا معرّف: عن المقالات كلها\n"
        "/sources         الجمل التي استند إليها الجواب الأخير\n"
        "/context N       الجملة [N] داخل فقرتها\n"
        "/language ar|en  لغة الجواب والرسائل؛ auto: لغة السؤال\n"
        "/new             انسَ ما سبق من الحديث\n"
        "/help            هذه القائمة"
    ),
    en=(
        "/articles        list the articles\n"
        "/article ID      ask about one article; without an id, about all\n"
        "/sources         the sentences the last answer rests on\n"
        "/context N       sentence [N] in its paragraph\n"
        "/language ar|en  language of answers and messages; auto: the question's\n"
        "/new             forget the conversation so far\n"
        "/help            this list"
    ),
)
CHAT_UNKNOWN = Message(ar="لا أعرف الأمر {command}؛ اكتب /help.", en="There is no command {command}; try /help.")
CHAT_NO_ANSWER = Message(
    ar="لا جمل مقتبسة بعد؛ اطرح سؤالًا أولًا.", en="Nothing has been quoted yet; ask something first."
)
CHAT_NO_SENTENCE = Message(
    ar="لا توجد جملة بالرقم {number} في الجواب الأخير.",
    en="The last answer has no sentence {number}.",
)
CHAT_LANGUAGE = Message(ar="لغة الجواب: {chosen}", en="Answers are in: {chosen}")
CHAT_LANGUAGES = Message(ar="اختر ar أو en أو auto.", en="Choose ar, en or auto.")
CHAT_FORGOTTEN = Message(ar="نسيت ما سبق.", en="Forgotten; ask anew.")
CHAT_CANCELLED = Message(ar="أُلغي الجواب.", en="Cancelled.")
