"""History: a record for all that was done to a number, each bound to the one before it by a hash."""
