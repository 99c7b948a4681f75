"""State in a place that others share."""
