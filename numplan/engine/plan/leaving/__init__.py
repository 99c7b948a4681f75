"""What leaves: kept until its day, and released once that has come."""
