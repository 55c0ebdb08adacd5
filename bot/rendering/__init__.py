"""Reply → what a person or a program reads. Telegram's own forms are `bot.telegram.outgoing`'s."""
