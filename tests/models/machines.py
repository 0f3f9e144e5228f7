"""Real connections, in an event loop of their own, that rules of Hypothesis drive step by step."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, ExitStack
from typing import Any, TypeAlias

import anyio
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.conftest import BACKENDS

#: As many examples are played in the suite.
QUICK = 8
#: As long as a step may take; none should take a hundredth.
PATIENCE = 30
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
Step: TypeAlias = Callable[..., Coroutine[Any, Any, Any]]


class LoopMachine(RuleBasedStateMachine):
    """Steps are coroutines, called in the loop of a thread of this machine's."""

    backend = "asyncio"

    def __init__(self) -> None:
        super().__init__()
        name, options = BACKENDS[self.backend]
        self._stack = ExitStack()
        self.portal: BlockingPortal = self._stack.enter_context(
            start_blocking_portal(name, options)
        )

    def enter(self, manager: AbstractAsyncContextManager[Any]) -> Any:
        """Enter a context in the loop, until the machine ends."""
        return self._stack.enter_context(self.portal.wrap_async_context_manager(manager))

    def step(self, function: Step, *args: Any) -> Any:
        async def bounded() -> Any:
            with anyio.fail_after(PATIENCE):
                return await function(*args)

        return self.portal.call(bounded)

    def teardown(self) -> None:
        self._stack.close()


def run_machine(
    machine: type[LoopMachine],
    backend: str,
    config: pytest.Config,
    phases: tuple[Phase, ...] = tuple(Phase),
) -> None:
    """A quick look as part of the suite; ``--model-examples`` for a long one."""
    examples: int = config.getoption("--model-examples")
    on_backend = type(machine.__name__, (machine,), {"backend": backend})
    wanted = settings(
        max_examples=examples,
        stateful_step_count=50,
        deadline=None,
        derandomize=examples <= QUICK,
        database=None,
        phases=phases,
        suppress_health_check=QUIET,
    )
    run_state_machine_as_test(on_backend, settings=wanted)
