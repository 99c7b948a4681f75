"""Hold manifest, state and account against each other."""
