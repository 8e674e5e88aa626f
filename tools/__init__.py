"""Launchers for people and for CI; nothing here is imported by the product."""
