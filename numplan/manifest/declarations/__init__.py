"""From a document that the schema admits to the values that it declares."""
