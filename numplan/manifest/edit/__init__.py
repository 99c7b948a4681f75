"""Change a manifest's text: its layout, and new entries."""
