"""Tests of selfcare; the box's own are in tests/sandbox and have settings of their own."""
