"""A document against its schema: what it does not admit, in words, and what remains of the document without it."""
