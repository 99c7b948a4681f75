"""Plan what an apply would do, step by step. Pure, but for the questions about offers."""
