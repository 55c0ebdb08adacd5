"""What the bot says: its sentences (`messages`), their layout (`texts`), and the calls that send them (`delivery`).

Nothing here knows the bot's database, or which update is answered.
"""
