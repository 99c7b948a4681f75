"""Look at the account: what it holds, what numbers cost, what is offered where."""
