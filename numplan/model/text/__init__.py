"""Names and patterns as people write them."""
