"""The Telegram bot, `sanad telegram`: its packages follow an update, from `updates` to `handlers` to `outgoing`.

What is kept between two updates is in `state`; `app` puts the bot together and runs it, with the threads of `workers`
and the logs and counters of `monitoring`. How questions are answered is not decided here, and the library `telegram` is
imported only where the network begins.
"""
