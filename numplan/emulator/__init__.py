"""The Virtual Numbers API on this machine.

A vendor to practise on: six endpoints behind a real HTTP server, numbers in SQLite, and faults on
request. It shares no code with the rest of numplan, so that a mistake in the client is not repeated
by the server it is tried against. Start from `numplan.emulator.server.Emulator`.
"""
