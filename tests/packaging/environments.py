"""Virtual environments with nothing in them, and processes that know of no other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
#: What whoever runs these tests may have set, and a newcomer has not.
_FOREIGN = re.compile(r"PYTHON|VIRTUAL_ENV|NOX|COV|PYTEST|ANYNET|DISTRIBUTIONS|CONFORMANCE")


def clean_environment(**added: str) -> dict[str, str]:
    """The environment without the virtual environment that this runs in."""
    ours = Path(sys.prefix)
    path = os.environ["PATH"].split(os.pathsep)
    variables = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
    outside = [place for place in path if not Path(place).is_relative_to(ours)]
    return variables | {"PATH": os.pathsep.join(outside)} | added


def run(
    *command: str | Path,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    code: int = 0,
) -> str:
    """Run a command to its end, and return its stdout and stderr; it has to end with ``code``."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=clean_environment() if environment is None else environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == code, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


@attrs.frozen
class BareEnvironment:
    """A virtual environment of the Python that a newcomer has, with pip and what is installed."""

    directory: Path

    @classmethod
    def create(cls, directory: Path) -> BareEnvironment:
        """Make one; ``python3`` is that of the PATH, not the one that runs this."""
        python = shutil.which("python3", path=clean_environment()["PATH"])
        assert python is not None
        run(python, "-m", "venv", directory, cwd=directory.parent)
        return cls(directory)

    def program(self, name: str) -> Path:
        """The path of one of its programs."""
        return self.directory / "bin" / name

    def install(self, *requirements: str | Path) -> None:
        """Install with pip, away from the project."""
        pip = ("-m", "pip", "install", "-q", "--disable-pip-version-check")
        run(self.program("python"), *pip, *requirements, cwd=self.directory)

    def python(self, *arguments: str | Path, cwd: Path, code: int = 0) -> str:
        """Run its Python, with all warnings as errors."""
        return run(self.program("python"), "-W", "error", *arguments, cwd=cwd, code=code)
