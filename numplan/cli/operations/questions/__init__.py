"""What commands do that answer a question, and change nothing."""
