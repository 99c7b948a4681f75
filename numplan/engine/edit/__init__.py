"""Change what is managed without a call: adopt into state, and edit state by hand."""
