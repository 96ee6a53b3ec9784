"""Compiled loops over sorted arrays; each has a slow readable twin in the tests."""
