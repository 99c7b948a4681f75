"""From YAML to plain values with positions, and how findings speak of them."""
