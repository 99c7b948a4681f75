"""How a run speaks with whoever started it: output, progress, questions, signals, errors."""
