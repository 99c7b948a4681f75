"""What one apply may do: limits, and which of them were loosened."""
