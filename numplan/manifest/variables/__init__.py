"""Variables: their values, and putting them where the manifest refers to them."""
