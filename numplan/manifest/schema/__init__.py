"""The schemas that ship with numplan, and the compiled form of those that documents are read and checked by."""
