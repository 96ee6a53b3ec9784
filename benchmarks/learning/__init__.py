"""How fast scores are learned and proven, and how the gap closes."""
