"""What ends the program leaves the server of the handler that raised it: bare, if it is alone.

It does not leave the handler's task (see :class:`ConnectionRunner`). The server keeps it, cancels
its nursery, and raises it where its block is left.
"""

from __future__ import annotations

from collections.abc import Sequence

import anyio

from anynet._rules.values.errors import leaves


def ending(exits: Sequence[BaseException], other: BaseException | None) -> BaseException:
    """What leaves the server when handlers raised ``exits``: a group if it is not one alone.

    ``other`` is what left the nursery; the cancellations in it are of no interest any more.
    """
    cancelled = anyio.get_cancelled_exc_class()
    failures = [] if other is None else [*leaves(other)]
    errors = [*exits, *(each for each in failures if not isinstance(each, cancelled))]
    if len(errors) == 1:
        return errors[0]
    return BaseExceptionGroup("a handler ended the program", errors)
