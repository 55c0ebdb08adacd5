"""What the bot keeps: its database with the journal of updates, chats and answers, and each chat's articles.

When something is written or deleted is decided by handlers and by `updates`. The library itself is `index.library`'s.
"""
