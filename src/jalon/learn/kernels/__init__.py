"""Compiled parts of the certified search for integer points."""
