"""Options that several commands share: light, for help and completion load them."""
