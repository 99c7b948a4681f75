"""Questions about numbers that a plan answers: drift, explanations, the next action."""
