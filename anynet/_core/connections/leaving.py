"""Leaving a task group: what is alone leaves bare, not in a group."""

from __future__ import annotations

from anyio.abc import TaskGroup

from anynet._rules.values.errors import leaves


async def leave(tasks: TaskGroup, error: BaseException | None) -> bool:
    """Leave the block of ``tasks`` with what its body raised, as ``__aexit__`` is called.

    Raises what the tasks raised, but not ``error`` where that is alone: the caller's own block
    raises it. Returns whether ``error`` was a cancellation of the group's own, and is over.
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
    finally:
        # From Python 3.12 a frame keeps its callers, so those in the traceback of the error keep
        # this one.
        del error
    return False
