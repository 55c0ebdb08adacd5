"""What a language model writes, read into claims with the keys of the evidence they cite, as it streams in.

`marks` finds citation marks in every form that models write them, `claims` the sentences they belong to. What a claim
is worth is `bot.grounding`'s to say.
"""
