"""The channels over which a person is told; each knows its provider and nothing of rules."""
