"""Bank statements by others as a person's history; nothing here answers a request."""
