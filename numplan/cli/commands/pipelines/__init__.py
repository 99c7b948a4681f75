"""What `init --ci` writes: a file for each service, from a template and from what goes with the place of state."""
