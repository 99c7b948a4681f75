"""A module for each command: its name, options and help.

What carries a command out is a function `run_NAME` of `operations`, imported when the command is run and not before:
help and a completion in a shell, which waits at each TAB, load options alone.
"""
