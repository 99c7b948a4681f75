"""Refuse dangerous plans by name."""
