"""Drafts → claims a person may see: what a claim says, held against the sentences that it cites.

`check` decides; `support` finds what the sentences do not state, within one language by `wording`, and `agreement` asks
encoders. What a claim looks like, and the marks of a model's output, are `bot.parsing`'s.
"""
