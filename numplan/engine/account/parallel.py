"""Several reading calls at once, answers in the order of the questions."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


def ask_all(
    ask: Callable[[Question], Answer], questions: Sequence[Question], parallelism: int
) -> list[Answer]:
    """`[ask(q) for q in questions]`, `parallelism` at a time. The first error stops what has not begun."""
    if len(questions) <= 1 or parallelism <= 1:
        return [ask(question) for question in questions]
    pool = ThreadPoolExecutor(max_workers=min(parallelism, len(questions)), thread_name_prefix="ask")
    try:
        return list(pool.map(ask, questions))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
