"""What commands carry out, each in a `run_NAME`, and what several of them do alike."""
