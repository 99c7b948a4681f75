"""The manifest: YAML or JSON on disk to a checked `Manifest` value."""
