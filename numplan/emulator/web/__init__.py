"""The emulator over HTTP: the vendor's endpoints and those that control it."""
