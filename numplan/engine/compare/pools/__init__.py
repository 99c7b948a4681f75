"""Pools held against what is there: how many each lacks, and which numbers moves bring it."""
