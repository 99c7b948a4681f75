"""Where state lives, and who may be sent the credentials for it."""
