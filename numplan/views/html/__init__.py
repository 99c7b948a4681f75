"""The report of a plan: one HTML file that asks nothing of the network."""
