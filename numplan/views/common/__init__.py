"""What several views share: amounts, tables, wrapping, and text that a terminal does not obey."""
