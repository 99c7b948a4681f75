"""States and saved plans as documents: how they are written, and read again."""
