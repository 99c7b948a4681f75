"""What commands do that read the account and need no manifest."""
