"""The API client, over real sockets and against the emulator."""
