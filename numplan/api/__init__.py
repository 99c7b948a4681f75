"""The Virtual Numbers API over HTTP.

`client` implements the engine's `Provider`: `listing`, `row_filters` and `page_size` say what reading answers prove,
`writes` and `outcomes` what became of purchases and releases, `decode` reads answers into values. Below them
`transport` makes one bounded call, `retry` says when to try again, `endpoint` whom to call as whom.
"""
