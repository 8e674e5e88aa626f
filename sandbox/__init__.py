"""The platform in a box: a small payment platform of its own; never imported by selfcare."""
