"""How a message gets from its row to a provider, once; what is told to whom is in matching."""
