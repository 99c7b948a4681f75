"""State in a file on this machine."""
