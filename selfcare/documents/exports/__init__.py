"""Exports: exactly what a list shows, as a file with a manifest; at once, or by a worker."""
