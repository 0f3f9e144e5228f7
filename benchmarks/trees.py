"""The package as it was at a commit, in a directory of its own for as long as it is measured."""

from __future__ import annotations

import compileall
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.processes import ROOT, MeasureError


@contextmanager
def tree_of(commit: str, root: Path = ROOT) -> Iterator[Path]:
    """A temporary directory that holds the package `anynet` of that commit, compiled.

    An archive and no worktree of git's: that would leave an entry in the repository behind if we
    are killed, and bring the benchmarks of then along. Raises MeasureError where there is no such
    commit, or no package in it.
    """
    with tempfile.TemporaryDirectory(prefix="anynet-") as name:
        directory = Path(name)
        archive = directory / "archive.tar"
        _git(root, "archive", f"--output={archive}", commit, "anynet")
        with tarfile.open(archive) as tar:
            tar.extractall(directory, filter="data")
        archive.unlink()
        # As the other side is already: no round has to compile.
        compileall.compile_dir(directory / "anynet", quiet=2)
        yield directory


def short_name(commit: str, root: Path = ROOT) -> str:
    """The abbreviated hash of a commit. Raises MeasureError where there is none of that name."""
    return _git(root, "rev-parse", "--short", "--verify", f"{commit}^{{commit}}")


def describe_tree(root: Path = ROOT) -> str:
    """The commit of the working tree; it says so where something was changed since, and "unknown"
    where the tree is none of git's."""
    try:
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
        return short_name("HEAD", root) + (", changed" if changed else "")
    except MeasureError:
        return "unknown"


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise MeasureError("there is no git") from None
    except subprocess.CalledProcessError as error:
        raise MeasureError(f"git {arguments[0]}: {error.stderr.strip()}") from None
    return done.stdout.strip()
