"""Tags about transactions, for the templates that show them."""
