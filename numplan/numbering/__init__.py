"""Phone numbers as people write them: from any text to E.164, or to a reason why not.

`tidying` takes a text apart and says what it looks like, `calling_codes` and `plausible` know the plan of the world's
numbers, `reading` puts them together. Whatever a person wrote becomes a number in `reading` and nowhere else.
"""
