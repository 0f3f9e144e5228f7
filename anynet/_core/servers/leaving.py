"""Leaving the nursery of a server: which of the errors that come together leaves it, and how.

The rules that live here: an exception of the block's body alone leaves bare, not in a group; so
does what a handler raised to end the program, and only what failed beside it makes a group of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import anyio
from anyio.abc import TaskGroup

from anynet._rules.values.errors import leaves


async def leave(tasks: TaskGroup, error: BaseException | None) -> bool:
    """Leave the nursery. Raises what its tasks raised, but not ``error`` where that is alone.

    Returns whether ``error`` was the nursery's own cancellation, which ends here.
    """
    try:
        if error is None:
            return bool(await tasks.__aexit__(None, None, None))
        return bool(await tasks.__aexit__(type(error), error, error.__traceback__))
    except BaseExceptionGroup as group:
        # Trio may have made a copy of an error that is a group.
        if error is None or [*map(id, leaves(group))] != [*map(id, leaves(error))]:
            raise
    except BaseException as alone:
        if alone is not error:
            raise
    return False


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
