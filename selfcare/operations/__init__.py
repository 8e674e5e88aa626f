"""What operators look after: dead letters, figures, the audit; nothing is decided here."""
