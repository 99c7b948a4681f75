"""Frozen values and their codecs."""
