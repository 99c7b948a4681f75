"""What commands do that inspect and edit the state."""
