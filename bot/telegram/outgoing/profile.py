"""What Telegram shows of the bot itself: its descriptions and the command menu, in Arabic and English."""

from bot.messages import Message

DESCRIPTION = Message(
    ar=(
        "اسأل مقالًا بالعربية أو الإنجليزية، وكل جملة في الجواب منقولة منه بنصها. أرسل مقالك أو اسأل عن المقالات "
        "الموجودة."
    ),
    en=(
        "Ask an article in Arabic or English; every statement of the answer is quoted from it. Send your own, or ask "
        "what is there."
    ),
)
ABOUT = Message(ar="أجوبة من المقال، كل جملة بسندها.", en="Answers from the article, every statement with its source.")

COMMANDS = {
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
"""The command menu, in its order."""
