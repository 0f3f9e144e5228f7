"""The command ``anynet``, also as ``python -m anynet``."""

from __future__ import annotations

import sys
from collections.abc import Callable

run_command: Callable[[], None] | None
try:
    from anynet.cli.commands import main as run_command
except ModuleNotFoundError as _missing:
    if _missing.name is None or _missing.name.partition(".")[0] not in ("click", "rich"):
        raise
    run_command = None


def main() -> None:
    """Run the command line; it ends the process with the exit code."""
    if run_command is None:
        sys.stderr.write(
            "The command line needs click and rich, which are not installed: "
            "pip install 'anynet-toolkit[cli]'\n"
        )
        sys.exit(2)
    run_command()


if __name__ == "__main__":
    main()
