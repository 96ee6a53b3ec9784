"""Measurements against named peers; nothing here is imported by jalon."""
