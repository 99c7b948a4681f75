"""The commands, one a module: parse what is given, call an operation, show what came of it."""
