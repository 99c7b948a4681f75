"""Which changes of a plan the user asked for."""
