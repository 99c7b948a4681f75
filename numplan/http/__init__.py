"""One HTTP call, bounded in time and size, and what came of it. Shared by the API and by stored state."""
