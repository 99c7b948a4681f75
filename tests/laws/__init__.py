"""What holds everywhere, whatever the command, the place or the input."""
