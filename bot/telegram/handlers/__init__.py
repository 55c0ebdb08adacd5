"""What the bot does for what people do: ask, send articles, type commands, tap buttons.

A handler gets an `UpdateContext`, in which it collects what is to be said and changed. Which handler an update is for,
and when what it collected becomes final, is decided in `updates`.
"""
