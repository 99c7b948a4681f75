"""One module for each place that state can live in."""
