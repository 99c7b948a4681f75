"""Several reading calls at once, on threads that nobody waits for when the process ends."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Given = ParamSpec("Given")


class ReadingPool(Executor):
    """Up to so many threads that only read. The standard library's pool is waited for when the process ends; an
    interrupted run need not wait for an answer that it will not use.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._threads: list[Thread] = []
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()

    def submit(
        self, ask: Callable[Given, Answer], /, *args: Given.args, **kwargs: Given.kwargs
    ) -> Future[Answer]:
        """Ask as soon as a thread is free."""
        answer: Future[Answer] = Future()
        self._tasks.put((answer, partial(ask, *args, **kwargs)))
        if len(self._threads) < self._workers:
            thread = Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()
        return answer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads once all that was asked is answered, or without what has not begun."""
        if cancel_futures:
            self._cancel()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _cancel(self) -> None:
        try:
            while task := self._tasks.get_nowait():
                task[0].cancel()
        except Empty:
            pass

    def _work(self) -> None:
        while task := self._tasks.get():
            answer, ask = task
            if answer.set_running_or_notify_cancel():
                try:
                    answer.set_result(ask())
                except BaseException as problem:  # noqa: BLE001 - whoever waits for the answer gets it
                    answer.set_exception(problem)


def ask_all(
    ask: Callable[[Question], Answer], questions: Sequence[Question], parallelism: int
) -> list[Answer]:
    """`[ask(q) for q in questions]`, `parallelism` at a time. The first error stops what has not begun."""
    if len(questions) <= 1 or parallelism <= 1:
        return [ask(question) for question in questions]
    pool = ReadingPool(min(parallelism, len(questions)))
    try:
        return list(pool.map(ask, questions))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
