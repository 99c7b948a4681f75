"""Checks for checkov, which loads what is in a package."""
