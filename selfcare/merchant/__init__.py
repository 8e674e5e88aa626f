"""The merchant's console, where the platform offers a sandbox API; it owns no table."""
