"""What a stream knows about its writing side, and the chunks that wait to be written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

from anynet.node._errors.errors import stream_destroyed

WriteCallback: TypeAlias = Callable[..., object] | None
#: The bytes, what they count towards the high-water mark, whom to tell.
Entry: TypeAlias = tuple[bytes, int, WriteCallback]


class WritableState:
    """The writing side of a stream."""

    __slots__ = (
        "corked",
        "counts_characters",
        "default_encoding",
        "ending",
        "final_called",
        "finish_callbacks",
        "finished",
        "flushing",
        "high_water_mark",
        "length",
        "need_drain",
        "owed",
        "prefinished",
        "queue",
        "repeated",
        "settling",
        "sync",
        "writable",
        "writing",
        "writing_callback",
        "writing_length",
    )

    def __init__(self, high_water_mark: int) -> None:
        self.high_water_mark: int = high_water_mark
        #: What was accepted and is not written yet, of it `writing_length` under way.
        self.length: int = 0
        self.queue: deque[Entry] | None = None
        self.default_encoding: str = "utf8"
        #: Strings count by their length in JavaScript, not by that of their bytes.
        self.counts_characters: bool = False
        self.writable: bool = True
        self.writing: bool = False
        self.writing_length: int = 0
        self.writing_callback: WriteCallback = None
        #: The write under way is still inside the call that began it.
        self.sync: bool = True
        self.flushing: bool = False
        self.corked: int = 0
        self.need_drain: bool = False
        self.ending: bool = False
        self.final_called: bool = False
        self.prefinished: bool = False
        self.finished: bool = False
        self.finish_callbacks: list[Callable[..., object]] | None = None
        #: Callbacks that are on their way and have to be called before 'finish'.
        self.owed: int = 0
        #: A tick is on its way that looks after 'drain' and 'finish'.
        self.settling: bool = False
        #: Writes done at once that share one callback, hence one tick: the callback, how many.
        self.repeated: list[Any] | None = None

    def lack(self) -> None:
        """The stream has no such side."""
        self.writable = False
        self.ending = self.finished = True

    def begin_anew(self) -> None:
        self.final_called = False
        self.prefinished = False
        self.ending = not self.writable
        self.finished = not self.writable

    def has_callers(self) -> bool:
        """Whether someone is to be told that a write or the end won't happen."""
        return bool(self.queue) or bool(self.finish_callbacks)

    def call_finish_callbacks(self, error: BaseException | None) -> None:
        callbacks, self.finish_callbacks = self.finish_callbacks or (), None
        for callback in callbacks:
            callback(error)

    @staticmethod
    def lost(method: str, error: BaseException | None) -> BaseException:
        """What the caller of a method gets of a stream that was destroyed."""
        return stream_destroyed(method) if error is None else error
