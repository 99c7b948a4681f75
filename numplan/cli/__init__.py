"""The command line: parse, load, plan, render, ask, exit."""
