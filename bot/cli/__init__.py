"""The command `sanad`: its options, what its commands print, and how it ends.

What a command does, `bot.bootstrap.App` does for it; `sanad telegram` and `sanad evaluate` have packages of their own.
"""
