"""What a model writes → claims with keys, as it streams in. What a claim is worth is `bot.grounding`'s to say."""
