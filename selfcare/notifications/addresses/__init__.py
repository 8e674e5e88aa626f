"""Where people can be reached: added, verified, named, switched off; rules are in settings."""
