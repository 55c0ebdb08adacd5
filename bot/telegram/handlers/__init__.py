"""What the bot does for each kind of update."""
