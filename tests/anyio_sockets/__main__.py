"""AnyIO's own socket tests over anynet: ``python -m tests.anyio_sockets [ARGUMENT…]``.

The tests come with the source distribution of the AnyIO that is installed, which pip downloads;
nothing of it is kept. Arguments go to pytest. The exit status is 0 where just those cases fail
that ``differences`` names.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

_PROJECT = Path(__file__).parent.parent.parent
#: What the test module needs of its package. It must not be named as ours, which is imported too.
_FILES = ("__init__.py", "conftest.py", "test_sockets.py")
_PACKAGE = "anyio_tests"
#: The settings that the tests expect; seconds.
_SETTINGS = """
[pytest]
anyio_mode = auto
timeout = 20
filterwarnings = error
markers =
    network: needs a network
"""
_OPTIONS = ("-q", "-rN", "--tb=no", "-p", "tests.anyio_sockets.plugin", "-p", "no:cacheprovider")
#: Other plugins of this project's environment would take part as well.
_PLUGINS = ("-p", "anyio", "-p", "timeout")


def main() -> int:
    if not _localhost_has_ipv6():
        print("the tests need a localhost that is ::1, too: see /etc/hosts")
        return 2
    with tempfile.TemporaryDirectory() as directory:
        _fetch_tests(Path(directory))
        environment = {
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": str(_PROJECT),
        }
        return subprocess.run(
            [sys.executable, "-m", "pytest", *_PLUGINS, *_OPTIONS, *sys.argv[1:], _PACKAGE],
            cwd=directory,
            env=os.environ | environment,
            check=False,
        ).returncode


def _localhost_has_ipv6() -> bool:
    try:
        socket.getaddrinfo("localhost", 0, socket.AF_INET6)
    except OSError:
        return False
    return True


def _fetch_tests(directory: Path) -> None:
    """Download AnyIO's source distribution and take the tests out of it."""
    wanted = f"anyio=={version('anyio')}"
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(directory))
    subprocess.run([*pip, "--no-deps", "--no-binary", ":all:", wanted], check=True)
    package = directory / _PACKAGE
    package.mkdir()
    (archive,) = directory.glob("anyio-*.tar.gz")
    with tarfile.open(archive) as tar:
        for name in _FILES:
            content = tar.extractfile(f"{archive.name.removesuffix('.tar.gz')}/tests/{name}")
            assert content is not None
            (package / name).write_bytes(content.read())
    (directory / "pytest.ini").write_text(_SETTINGS, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
