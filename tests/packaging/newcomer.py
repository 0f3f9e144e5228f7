"""The path of somebody who has just cloned the project: the commands of the README.

Not among the tests of the suite: `nox -s newcomer` runs it. The clone is of the last commit, its
commands run as they stand in the README, and know of no Python environment but the system's.
"""

from __future__ import annotations

import os
import re
import tarfile
from pathlib import Path

import pytest

from tests.documents import blocks_of
from tests.packaging.environments import ROOT, BareEnvironment, clean_environment, run

COMMANDS = [block.code.strip() for block in blocks_of(ROOT / "README.md", "sh")]
#: What command two runs here instead of the whole suite, which has a session of its own.
SELECTION = "tests/test_import.py tests/test_public_api.py tests/test_service.py"


@pytest.fixture(scope="module", params=["clone", "source distribution"])
def tree(
    request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The project, as one gets it."""
    directory = tmp_path_factory.mktemp("newcomer")
    if request.param == "clone":
        run("git", "clone", "--quiet", ROOT, "anynet", cwd=directory)
        return directory / "anynet"
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        archive.extractall(directory, filter="data")
    [unpacked] = directory.iterdir()
    return unpacked


def test_command_one_shows_the_demo(tree: Path) -> None:
    shown = run("bash", "-euo", "pipefail", "-c", COMMANDS[0], cwd=tree)
    assert "every echo came back as it was sent" in shown


def test_command_two_runs_the_tests_here_a_selection(tree: Path) -> None:
    shown = run("bash", "-euo", "pipefail", "-c", f"{COMMANDS[1]} -- {SELECTION}", cwd=tree)
    assert re.search(r"=+ \d+ passed in ", shown), shown


def test_command_three_installs_it(built: Path, tmp_path: Path) -> None:
    """What the index does not have yet, pip finds where it was built."""
    environment = BareEnvironment.create(tmp_path / "bare")
    variables = clean_environment()
    search = [str(environment.directory / "bin"), variables["PATH"]]
    links = [str(built), *variables.get("PIP_FIND_LINKS", "").split()]
    variables |= {"PATH": os.pathsep.join(search), "PIP_FIND_LINKS": " ".join(links)}
    run("bash", "-c", COMMANDS[2], cwd=tmp_path, environment=variables)
    shown = environment.python("-c", "import anynet; print(anynet.__file__)", cwd=tmp_path)
    assert Path(shown.strip()).is_relative_to(environment.directory)
