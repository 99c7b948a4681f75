"""What numbers may cost, and what they do."""
