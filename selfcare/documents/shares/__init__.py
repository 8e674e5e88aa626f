"""Links by which a person shows one transaction to somebody else, for a while."""
