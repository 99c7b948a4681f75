"""The Virtual Numbers API over HTTP.

`client` implements the engine's `Provider`: `listing`, `rows` and `sizes` say what reading answers prove,
`posting` and `outcomes` what became of purchases and releases, `wire` reads answers into values. Below them
`transport` makes one bounded call on `connection`, which knows whether it left; `exchange` is what came of it,
`patience` when to try again, `address` whom to call as whom.
"""
