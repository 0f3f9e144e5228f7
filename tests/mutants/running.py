"""Runs tests over a mutant, in a fork of a process that has imported everything but anynet.

So a mutant takes little more time than its tests. Nothing is written: the changed module is
compiled from its tree when the tests import it.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import select
import signal
import sys
import tempfile
from collections.abc import Sequence
from types import ModuleType
from typing import Literal, TypeAlias

import anyio.pytest_plugin
import hypothesis
import pytest
import trio.testing
import trustme

from tests.mutants.catalogue import ROOT, file_of
from tests.mutants.mutating import Mutant, mutated

#: What becomes of a mutant. A run that does not end has noticed it.
Fate: TypeAlias = Literal["killed", "timeout", "survived"]
#: Imported before the first fork, so that no child has to.
PRELOADED: tuple[ModuleType, ...] = (asyncio, anyio, hypothesis, trio, trustme)
#: Seconds of CPU for the tests of one mutant; and of real time, for those that only wait.
CPU_LIMIT = 10
TIME_LIMIT = 120.0
NO_TESTS = int(pytest.ExitCode.NO_TESTS_COLLECTED)


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a tree."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self._name = name
        self._tree = tree

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        origin = str(file_of(fullname))
        spec = importlib.util.spec_from_loader(fullname, self, origin=origin)
        assert spec is not None
        spec.has_location = True
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._tree, f"<mutant of {self._name}>", "exec"), module.__dict__)


def run(mutant: Mutant | None, tests: Sequence[str]) -> Fate:
    """Run tests over a mutant, or over the code as it is. Raises ValueError if there are none."""
    assert "anynet" not in sys.modules, "the children have to import it themselves"
    pid = os.fork()
    if pid == 0:
        _child(mutant, tests)
    fd = os.pidfd_open(pid)
    try:
        ended, _, _ = select.select([fd], [], [], TIME_LIMIT)
        # The group too: tests start processes.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    finally:
        os.close(fd)
    if not ended or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU):
        return "timeout"
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == NO_TESTS:
        raise ValueError(f"no tests in {tests}")
    return "survived" if status == 0 else "killed"


def _child(mutant: Mutant | None, tests: Sequence[str]) -> None:
    """Never returns."""
    code = 1
    try:
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT + 5))
        silence = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(silence, standard)
        # What fails here is to be tried first in no other run.
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = tempfile.mkdtemp(prefix="mutant-")
        # A slow machine is no sign of a mutant.
        quiet = list(hypothesis.HealthCheck)
        hypothesis.settings.register_profile("quiet", deadline=None, suppress_health_check=quiet)
        hypothesis.settings.load_profile("quiet")
        if mutant is not None:
            source = file_of(mutant.module).read_text("utf-8")
            tree = mutated(source, mutant.number)
            sys.meta_path.insert(0, _Mutated(mutant.module, tree))
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
        # Its hook for assertions would import this package, as one with a plugin, before ours does.
        options += ["-o", "timeout=60", "--assert=plain"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # What is preloaded.
        # What uvloop shows of these modules asyncio shows; what measures growth takes long.
        options += ["-k", "not uvloop and not linear and not grow"]
        code = int(pytest.main([*options, f"--rootdir={ROOT}", *tests]))
    finally:
        os._exit(code)
