"""The HTML report of a plan: what it says, piece by piece, and the page, style and script it is made of."""
