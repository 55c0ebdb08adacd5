"""Reply → what a person or a program reads.

`reply_text` is for terminals and plain text, `reply_json` for programs, `bidi` for right-to-left text anywhere. What
Telegram needs beyond these is `bot.telegram.outgoing`'s.
"""
