"""Errors that can be copied, and pickled for another process, whatever it takes to make one.

An exception is copied and pickled by calling its class with its ``args``. That fails for every
class that makes its message itself, and where it fails while a result comes back, a process pool
breaks as a whole. So these are made again without their ``__init__``, and then get what they had.

The mark of a connection (``origin``) is the same in a copy, and in another process that of none.
"""

from __future__ import annotations

from typing import Any

#: What an OSError keeps beside its ``args`` and its ``__dict__``.
_MEMBERS = ("errno", "strerror", "filename", "filename2")


class Portable(BaseException):
    """For classes of exceptions, before their other bases."""

    def __reduce__(self) -> tuple[Any, ...]:
        state = dict(self.__dict__)
        if isinstance(self, OSError):
            members = {name: getattr(self, name) for name in _MEMBERS}
            state.update({name: each for name, each in members.items() if each is not None})
        return _made_again, (type(self), self.args), state


def _made_again(cls: type[BaseException], args: tuple[Any, ...]) -> BaseException:
    error = cls.__new__(cls, *args)
    # Their __new__ leaves it to the __init__ to take the arguments apart.
    if isinstance(error, OSError):
        OSError.__init__(error, *args)
    elif isinstance(error, UnicodeDecodeError):
        UnicodeDecodeError.__init__(error, *args)
    return error
