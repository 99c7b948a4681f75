"""Requests, rows and replies of the vendor's API, as values."""
