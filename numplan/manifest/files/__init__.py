"""Files that a manifest names: which may be read, reading and writing them."""
