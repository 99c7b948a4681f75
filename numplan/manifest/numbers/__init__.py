"""Lists of numbers as other programs write them."""
