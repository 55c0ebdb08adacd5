"""The command `sanad`: its options, what its commands print, and how it ends.

What a command does it has done by `bot.bootstrap.App`; `sanad telegram` and `sanad evaluate` have packages of their own.
"""
