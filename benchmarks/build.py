"""Compiles the load generator and the C server."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def compile_c(name: str, directory: Path) -> Path:
    """Compile `name`.c into `directory`; returns the program."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("no C compiler: neither cc nor gcc is on the path")
    program = directory / name
    command = [compiler, "-O2", "-Wall", "-Wextra", "-o", str(program), str(HERE / f"{name}.c")]
    subprocess.run(command, check=True)
    return program
