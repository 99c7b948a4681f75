"""What can go wrong on request, and where in a call it strikes."""
