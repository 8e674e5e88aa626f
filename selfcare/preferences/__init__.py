"""How a person wants to be spoken to: language, zone, formats, theme; no feature's own settings."""
