"""What commands do that look at the manifest alone."""
