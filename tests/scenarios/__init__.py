"""Stories from outside: what people, pull requests, vendors and crashes do, and what numplan makes of it."""
