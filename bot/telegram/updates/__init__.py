"""How updates come in, and which handler each of them reaches."""
