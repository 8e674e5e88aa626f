"""Tags of notifications."""
