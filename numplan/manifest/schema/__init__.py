"""The schemas, and what breaks them, in words."""
