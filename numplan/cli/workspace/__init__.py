"""What a command works with: the manifest, the account, and the place of the state with its lock."""
