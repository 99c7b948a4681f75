"""Commands that read the account and need no manifest."""
