"""What the bot says: texts, their layout, and the calls that send them."""
