"""Real servers, people and browsers for the tests; no test lives here."""
