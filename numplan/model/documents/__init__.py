"""Documents that are stored: checksums, signatures, and what is none of ours."""
