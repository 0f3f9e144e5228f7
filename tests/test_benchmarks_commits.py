"""Two commits side by side: what is measured, and that each is really imported from its tree."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import __main__ as listing
from benchmarks.catalogue import AGAIN, add_twins, from_tree, list_ours, list_peers
from benchmarks.measure import choose_peers, choose_settings, parse_arguments
from benchmarks.processes import ROOT, MeasureError
from benchmarks.trees import describe_tree, short_name, tree_of


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """With a package of another text at each of two commits, and a change since."""
    root = tmp_path / "repository"
    (root / "anynet").mkdir(parents=True)
    git(root, "init", "--quiet")
    for text in ("first", "second"):
        (root / "anynet" / "__init__.py").write_text(f'WHERE = "{text}"\n')
        git(root, "add", "anynet")
        git(root, "commit", "--quiet", "--message", text)
    return root


def test_the_package_of_a_commit_is_imported_and_the_benchmarks_of_today(repository: Path) -> None:
    program = "import anynet, benchmarks; print(anynet.WHERE, *benchmarks.__path__)"
    with tree_of("HEAD~1", repository) as tree:
        command = from_tree((sys.executable, "-c", program), tree)
        # From the root, where another package of that name is.
        where = subprocess.check_output(command, cwd=ROOT, text=True)
        assert list(tree.glob("anynet/__pycache__/*.pyc"))
    assert where.split() == ["first", str(ROOT / "benchmarks")]
    assert not tree.exists()


def test_commits_have_short_names(repository: Path) -> None:
    assert git(repository, "rev-parse", "HEAD").startswith(short_name("HEAD", repository))
    assert describe_tree(repository) == short_name("HEAD", repository)
    (repository / "anynet" / "__init__.py").write_text("changed = True\n")
    assert describe_tree(repository) == f"{short_name('HEAD', repository)}, changed"


def test_no_commit_of_that_name(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="git rev-parse:"):
        short_name("no-such-commit", repository)
    with pytest.raises(MeasureError, match="git archive:"):
        with tree_of("no-such-commit", repository):
            pass
    assert describe_tree(tmp_path / "repository" / "none") == "unknown"


def test_each_of_ours_has_its_twin_and_the_first_of_a_kind_is_measured_twice() -> None:
    ours = list_ours(certificate=Path("pem"), tree=ROOT)
    others = list_ours(certificate=Path("pem"), tree=Path("/other"))
    peers = add_twins(ours, others, "abc1234")
    twins = [peer for peer in peers if peer.variant == "abc1234"]
    assert [peer.twin_of for peer in twins] == [peer.name for peer in ours]
    assert all(f"PYTHONPATH=/other:{ROOT}" in peer.command for peer in twins)
    again = [peer for peer in peers if peer.variant == AGAIN]
    assert [peer.kind for peer in again] == ["echo", "tls", "cluster"]
    known = {peer.name: peer for peer in peers}
    for peer in again:
        assert peer.twin_of is not None
        assert peer.command == known[peer.twin_of].command


def test_without_another_commit_there_is_the_same_again() -> None:
    ours = list_ours(certificate=Path("pem"), tree=ROOT)[:2]
    names = [peer.name for peer in add_twins(ours, [], None)]
    assert names == [ours[0].name, f"{ours[0].name}@{AGAIN}", ours[1].name]


def test_where_commits_are_compared_the_peers_are_ours_and_the_floors() -> None:
    known = list_peers(c_server=Path("c"), certificate=Path("pem"))
    assert choose_peers(known, parse_arguments([])) == known
    chosen = choose_peers(known, parse_arguments(["--against", "main"]))
    assert all(peer.is_ours or peer.is_floor for peer in chosen)
    assert {"anynet-trio", "python-epoll", "uvloop-protocol"} <= {peer.name for peer in chosen}
    some = choose_peers(known, parse_arguments(["--against", "main", "--peers", "node,*-tls-trio"]))
    assert [peer.name for peer in some] == ["node", "anynet-tls-trio", "anynet-node-tls-trio"]


def test_the_limit_of_descriptors_is_respected_and_printed() -> None:
    out = io.StringIO()
    arguments = parse_arguments(["--quick", "--rounds", "9", "--seconds", "0.5"])
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        settings = choose_settings(Console(file=out, width=200), arguments)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert (settings.rounds, settings.seconds) == (9, 0.5)
    assert settings.idle_connections <= settings.most_open
    assert f"at most {settings.most_open} connections open at once" in out.getvalue()


@pytest.mark.parametrize("option", ["--rounds=0", "--seconds=nan", "--seconds=-1", "--rounds=x"])
def test_options_that_make_no_sense(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_arguments([option])
    assert option.partition("=")[0] in capsys.readouterr().err


def test_calls_as_json() -> None:
    command = [sys.executable, "-m", "benchmarks.calls", "--json", "connect, await"]
    calls = json.loads(subprocess.check_output(command, cwd=ROOT))
    assert list(calls) == ["connect, await"]
    for rows in calls["connect, await"].values():
        assert all(count >= 1 and ".py:" in place for count, place, _ in rows)


def test_the_listing_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    listing.main()
    assert len(capsys.readouterr().out.splitlines()) == len(listing.COMMANDS)
    programs = {
        path.stem
        for path in (ROOT / "benchmarks").glob("*.py")
        if '__name__ == "__main__"' in path.read_text("utf-8")
    }
    assert programs - {"__main__", "tls_load"} <= set(listing.COMMANDS)


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
    command = ["git", "-C", str(root), *identity, *arguments]
    return subprocess.check_output(command, text=True).strip()
