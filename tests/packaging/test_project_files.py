"""What the files of the project say about each other is true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import anynet
from tests.packaging.environments import ROOT
from tests.packaging.readiness import not_ready

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NOXFILE = (ROOT / "noxfile.py").read_text("utf-8")
#: The pages of the project, and the sources that tell people what to install.
TEXTS = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "changelog.d").glob("*.md"),
    *(
        path
        for name in ("anynet", "examples", "benchmarks")
        for path in (ROOT / name).rglob("*.py")
    ),
]
KINDS = "|".join(kind["directory"] for kind in PROJECT["tool"]["towncrier"]["type"])
INSTALLING = re.compile(r"(?:pipx? install|uv add|uv tool install)[^\n`]*")


def pythons(text: str) -> list[str]:
    return re.findall(r"\b3\.\d\d\b", text)


def test_nobody_is_told_to_install_the_other_anynet() -> None:
    told = 0
    for path in TEXTS:
        for command in INSTALLING.findall(path.read_text("utf-8")):
            assert not re.search(r"\banynet\b(?!-toolkit)", command), f"{path}: {command}"
            told += "anynet-toolkit" in command
    assert told >= 3


def test_the_workflows_run_sessions_that_there_are() -> None:
    versions = pythons(re.findall(r"^PYTHONS = (.*)$", NOXFILE, re.MULTILINE)[0])
    sessions = set(re.findall(r"^@nox\.session.*\ndef (\w+)", NOXFILE, re.MULTILINE))
    sessions |= {f"{name}-{version}" for name in ("tests", "eager") for version in versions}
    text = "\n".join(path.read_text("utf-8") for path in WORKFLOWS)
    run = set(re.findall(r"nox -s ([\w.-]+)", text)) | set(re.findall(r"session: ([\w.-]+)", text))
    for listed in re.findall(r"session: \[(.*)\]", text):
        run |= set(listed.split(", "))
    assert run <= sessions
    assert {f"tests-{version}" for version in versions} | {"release", "newcomer"} <= run
    classifiers = [each for each in PROJECT["project"]["classifiers"] if ":: Python :: 3." in each]
    assert [version for each in classifiers for version in pythons(each)] == versions


def test_the_citation_and_the_hooks_say_what_the_project_says() -> None:
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {anynet.__version__}\n" in citation
    assert f"\nlicense: {PROJECT['project']['license']}\n" in citation
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    ruff = {each for each in PROJECT["dependency-groups"]["lint"] if each.startswith("ruff")}
    assert set(re.findall(r'"(ruff[^"]*)"', hooks)) == ruff
    [allowed] = re.findall(r"exclude: (\S+)", hooks)
    for path in (ROOT / "changelog.d").iterdir():
        assert re.match(allowed, str(path.relative_to(ROOT))), path
        fragment = re.fullmatch(rf"\+[\w-]+\.({KINDS})\.md", path.name)
        assert fragment or path.name == ".gitignore", path


def test_a_release_says_what_it_lacks(tmp_path: Path) -> None:
    def write(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")

    write("anynet/__init__.py", '__version__ = "1.2"\n')
    write("CITATION.cff", "cff-version: 1.2\nversion: 1.1\n")
    write("CHANGELOG.md", "## 1.1 - 2026-01-01\n## 1.2 - unreleased\n")
    write("changelog.d/+b.fixed.md", "b")
    assert not_ready(tmp_path, "v1.3") == [
        "the tag is v1.3, the version 1.2",
        "CITATION.cff does not have version 1.2",
        "CHANGELOG.md does not have version 1.2 with its date",
        "not in CHANGELOG.md: +b.fixed.md",
    ]
    write("CITATION.cff", "cff-version: 1.2\nversion: 1.2\n")
    write("CHANGELOG.md", "## 1.2 - 2026-02-03\n")
    (tmp_path / "changelog.d" / "+b.fixed.md").unlink()
    assert not_ready(tmp_path, "v1.2") == []
