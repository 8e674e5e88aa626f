"""Receipts of transactions, and how anyone can verify one."""
