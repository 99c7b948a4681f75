"""A saved plan, held against the world of today."""
