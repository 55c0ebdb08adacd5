"""`sanad telegram`: the bot. Imports the library `telegram` only where the network begins."""
