"""The wheel and the source distribution: what is in them, and what the index is told.

They are looked at here, and the wheel is imported from where it was unpacked. Those that install
are tests/packaging/installed.py, those that follow the README tests/packaging/newcomer.py.
"""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import anynet
from hatch_build import project_urls, readme_for_index
from tests.packaging.environments import ROOT

#: A module of the other distribution, which tells that its files are there.
FOREIGN = "anynet/xml.py"
#: What the project has beside its folders.
BESIDE = {
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CITATION.cff",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "hatch_build.py",
    "noxfile.py",
    "pyproject.toml",
}
REPOSITORY = "https://host.example/owner/anynet"


def wheel_of(built: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(next(built.glob("anynet_toolkit-*.whl")))


def files_below(*directories: str) -> set[str]:
    """The files of the tree, without those that running it leaves behind."""
    left_behind = {"__pycache__", "_build", "results", ".hypothesis"}
    return {
        str(path.relative_to(ROOT))
        for directory in directories
        for path in (ROOT / directory).rglob("*")
        if path.is_file() and not left_behind & set(path.relative_to(ROOT).parts)
    }


def test_the_wheel_has_the_package_under_its_name(built: Path) -> None:
    with wheel_of(built) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        info = f"anynet_toolkit-{anynet.__version__}.dist-info"
        metadata = email.message_from_bytes(wheel.read(f"{info}/METADATA"))
        entries = wheel.read(f"{info}/entry_points.txt").decode()
    assert names == files_below("anynet")
    assert FOREIGN not in names
    assert (metadata["Name"], metadata["Version"]) == ("anynet-toolkit", anynet.__version__)
    assert metadata.get_all("Provides-Extra") is not None
    assert "anynet = anynet.__main__:main" in entries
    assert "anynet = anynet.testing._pytest_entry" in entries


def test_the_source_distribution_has_what_its_commands_need(built: Path) -> None:
    with tarfile.open(next(built.glob("anynet_toolkit-*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    folders = ("anynet", "benchmarks", "changelog.d", "docs", "examples", "tests", ".ci", ".github")
    inside = {name for name in names if name.startswith(folders)}
    assert inside == files_below(*folders)
    assert {".gitignore", "PKG-INFO"} | BESIDE == names - inside


def test_beside_files_of_the_other_anynet_an_import_says_so(built: Path, tmp_path: Path) -> None:
    (tmp_path / FOREIGN).parent.mkdir()
    (tmp_path / FOREIGN).touch()
    with wheel_of(built) as wheel:
        wheel.extractall(tmp_path)

    def import_it() -> str:
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport anynet"
        command = [sys.executable, "-c", code]
        return subprocess.run(command, capture_output=True, text=True, check=True).stderr

    warning = import_it()
    assert warning.startswith("<string>:2: RuntimeWarning: ")
    assert f"{tmp_path}/anynet holds xml.py" in warning
    assert "pip uninstall anynet anynet-toolkit" in warning
    (tmp_path / FOREIGN).unlink()
    assert import_it() == ""


def test_the_links_of_the_readme_lead_to_files_that_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    shown = readme_for_index(readme, REPOSITORY, "1.2")
    links = re.findall(r"\]\(([^)]+)\)", re.sub(r"(?ms)^```.*?^```$", "", shown))
    files = f"{REPOSITORY}/blob/v1.2/"
    assert len(links) > 20
    for link in links:
        assert link.startswith("https://")
        if link.startswith(files):
            assert (ROOT / link.removeprefix(files).partition("#")[0]).exists(), link
    for label, url in project_urls(REPOSITORY, "1.2").items():
        assert not url.startswith(files) or (ROOT / url.removeprefix(files)).is_file(), label

    assert REPOSITORY not in readme_for_index(readme, "", "1.2")
    assert project_urls("", "1.2") == {}


@pytest.mark.parametrize(
    ("text", "with_repository", "without"),
    [
        ("[`a` and [b]](d/e.md#f)", "[`a` and [b]](R/blob/v1/d/e.md#f)", "`a` and [b]"),
        ("[a](b), [c](d)", "[a](R/blob/v1/b), [c](R/blob/v1/d)", "a, c"),
        ("[a](https://b.example) [c](#d)", "[a](https://b.example) [c](#d)", None),
        (
            "`a[0](b)` [c](d) ``a`[0](b)``",
            "`a[0](b)` [c](R/blob/v1/d) ``a`[0](b)``",
            "`a[0](b)` c ``a`[0](b)``",
        ),
        ("```python\nhandlers[0](socket)\n```", "```python\nhandlers[0](socket)\n```", None),
    ],
)
def test_only_links_to_files_change(text: str, with_repository: str, without: str | None) -> None:
    assert readme_for_index(text, "R", "1") == with_repository
    assert readme_for_index(text, "", "1") == (text if without is None else without)
