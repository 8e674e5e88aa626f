"""Monthly statements of an account."""
