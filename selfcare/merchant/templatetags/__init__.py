"""Tags of the console, for the templates that show it."""
