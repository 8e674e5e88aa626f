"""Measures selfcare against a person with 1,000,000 transactions; `make bench`."""
