"""What a person was told, on pages and as JSON, and why; it sends nothing."""
