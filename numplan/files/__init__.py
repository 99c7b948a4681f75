"""Files: read without a hang and within a size, put in place whole or not at all. Who uses them says it in words."""
