"""The wheel and the source distribution, each installed where nothing else is, away from the tree.

Not among the tests of the suite, for they install packages: `nox -s release` runs them on what it
has built, `nox -s newcomer` on what they build themselves.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import anynet
from tests.documents import blocks_of, modules_of
from tests.packaging.environments import ROOT, BareEnvironment, run

README = ROOT / "README.md"
TUTORIAL = sorted((ROOT / "docs" / "tutorial").rglob("*.md"))
WHAT_IS_INSTALLED = """
import anynet, importlib.metadata
print(anynet.__file__, importlib.metadata.version("anynet-toolkit"))
"""
A_TEST_OF_A_USER = """
import anynet
import pytest

@pytest.mark.anyio
async def test_with_a_fixture_of_the_plugin(echo_server):
    async with anynet.connect(echo_server.host, echo_server.port) as socket:
        await socket.send(b"x")
        assert await socket.receive() == b"x"
"""


@pytest.fixture(scope="module", params=["*.whl", "*.tar.gz"])
def distribution(request: pytest.FixtureRequest, built: Path) -> Path:
    [only] = built.glob(request.param)
    return only


@pytest.fixture(scope="module")
def environment(distribution: Path, tmp_path_factory: pytest.TempPathFactory) -> BareEnvironment:
    """A virtual environment with the distribution and what it depends on."""
    environment = BareEnvironment.create(tmp_path_factory.mktemp("elsewhere") / "bare")
    environment.install(distribution)
    return environment


def test_it_is_what_was_built(environment: BareEnvironment, tmp_path: Path) -> None:
    place, version = environment.python("-c", WHAT_IS_INSTALLED, cwd=tmp_path).split()
    assert Path(place).is_relative_to(environment.directory)
    assert version == anynet.__version__
    assert "No broken req" in run(environment.program("pip"), "check", cwd=tmp_path)


@pytest.mark.parametrize(
    "page", [README, ROOT / "docs" / "quickstart.md", *TUTORIAL], ids=lambda page: page.stem
)
def test_the_programs_of_a_page_run(
    page: Path, environment: BareEnvironment, tmp_path: Path
) -> None:
    """As they stand, with what the page says to install."""
    text = page.read_text("utf-8")
    for other in set(re.findall(r"`pip install ([\w-]+)`", text)):
        environment.install(other)
    for name, code in modules_of(page).items():
        (tmp_path / name).write_text(code, "utf-8")
    for block in blocks_of(page, "python"):
        (tmp_path / "program.py").write_text(block.code, "utf-8")
        printed = environment.python("program.py", cwd=tmp_path).splitlines()
        assert set(printed) == set(re.findall(r"# -> (.*)", block.code)), str(block)


def test_the_command_says_what_it_lacks_and_then_runs(
    environment: BareEnvironment, distribution: Path, tmp_path: Path
) -> None:
    command = environment.program("anynet")
    said = run(command, cwd=tmp_path, code=2)
    assert "pip install 'anynet-toolkit[cli]'" in said
    environment.install(f"{distribution}[cli]")
    version = run(command, "--version", cwd=tmp_path)
    assert version == f"anynet {anynet.__version__}\n"


def test_the_plugin_and_the_types_are_there(environment: BareEnvironment, tmp_path: Path) -> None:
    environment.install("pytest", "mypy")
    (tmp_path / "test_it.py").write_text(A_TEST_OF_A_USER, "utf-8")
    told = environment.python("-m", "pytest", "-p", "no:cacheprovider", "test_it.py", cwd=tmp_path)
    assert "2 passed" in told  # on asyncio and on Trio
    for number, block in enumerate(blocks_of(README, "python")):
        (tmp_path / f"program_{number}.py").write_text(block.code, "utf-8")
    run(environment.program("mypy"), "--strict", *tmp_path.glob("program_*.py"), cwd=tmp_path)
