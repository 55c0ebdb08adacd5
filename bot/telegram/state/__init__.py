"""What the bot keeps on disk: chats, answers, articles, limits, and what it owes."""
