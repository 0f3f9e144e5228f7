"""One run of the soak: starts what is to be soaked, loads it, and writes its figures down."""

from __future__ import annotations

import json
import os
import platform
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import trustme

from benchmarks.measurements import resident_bytes
from benchmarks.processes import ROOT
from tests.processes import process_of
from tests.reliability.cluster_site import Site, site_behind_proxy
from tests.reliability.haproxy_process import haproxy
from tests.soak.load import HOST, Face, Load, faces_of, percentile

#: Seconds between two rows of figures; and until what the last clients left is gone.
INTERVAL = 1.0
SETTLE = 60.0
#: Seconds between two rolling restarts of the cluster.
RESTARTS = 15.0
HAPROXY = """
global
    maxconn 1000
defaults
    mode tcp
    timeout connect 5s
    timeout client 1m
    timeout server 1m
listen soak
    bind fd@{fd}
    server site 127.0.0.1:{port} send-proxy-v2
"""
Figures: TypeAlias = dict[str, float]


@attrs.frozen
class Subject:
    """A process, or several that are one service, and how to ask for its figures."""

    name: str
    figures: Callable[[], Figures]
    #: Which figures have to be at the end what they were at the start.
    steady: Sequence[str]


def soak(*, seconds: float, clients: int, seed: int, cluster: bool) -> dict[str, Any]:
    """Run it; returns what is to be written down."""
    authority = trustme.CA()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        subjects: list[Subject] = []
        faces: list[Face] = []
        for backend in ("trio", "asyncio"):
            subject, more = stack.enter_context(_server(backend, authority, directory, seconds))
            subjects.append(subject)
            faces += more
        if cluster:
            subject, face = stack.enter_context(_cluster(directory, seconds))
            subjects.append(subject)
            faces += [face] * 3  # As much of it as of several faces.
        with Load(faces, clients=len(faces), seed=seed):
            time.sleep(min(1.0, seconds))  # What is made once has been made then.
        start = _settled(subjects)
        load = Load(faces, clients=clients, seed=seed + 1)
        samples = _sampled(load, subjects, seconds)
        end = _settled(subjects, wanted=start)
        return {
            "machine": {"python": platform.python_version(), "kernel": platform.release()},
            "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "settings": {"seconds": seconds, "clients": clients, "seed": seed, "cluster": cluster},
            "counts": dict(sorted(load.counts.items())),
            "start": start,
            "end": end,
            "samples": samples,
            "findings": [*load.failures[:20], *_left(subjects, start, end)],
        }


def _sampled(load: Load, subjects: Sequence[Subject], seconds: float) -> list[dict[str, Any]]:
    samples: list[dict[str, Any]] = []
    began = time.monotonic()
    with load:
        while (at := time.monotonic() - began) < seconds:
            time.sleep(min(INTERVAL, seconds - at))
            latencies = load.take_latencies()
            samples.append(
                {
                    "at": round(time.monotonic() - began, 1),
                    "round_trips": len(latencies),
                    "p50_ms": round(percentile(latencies, 0.5) * 1e3, 2),
                    "p99_ms": round(percentile(latencies, 0.99) * 1e3, 2),
                    "figures": {each.name: each.figures() for each in subjects},
                }
            )
    return samples


def _settled(
    subjects: Sequence[Subject], wanted: dict[str, Figures] | None = None
) -> dict[str, Figures]:
    """The figures once they no longer change, or are what is wanted."""
    deadline = time.monotonic() + SETTLE
    before: dict[str, Figures] = {}
    while True:
        now = {each.name: each.figures() for each in subjects}
        aim = before if wanted is None else wanted
        if not _left(subjects, aim, now) or time.monotonic() > deadline:
            return now
        before = now
        time.sleep(1)


def _left(
    subjects: Sequence[Subject], start: dict[str, Figures], end: dict[str, Figures]
) -> list[str]:
    """Which steady figures differ; handlers must not have failed at all."""
    return [
        f"{each.name}: {name} {start.get(each.name, {}).get(name)} -> {end[each.name][name]}"
        for each in subjects
        for name in each.steady
        if end[each.name][name] != start.get(each.name, {}).get(name)
    ]


# -- what is soaked -------------------------------------------------------------------------------


@contextmanager
def _server(
    backend: str, authority: trustme.CA, directory: Path, seconds: float
) -> Iterator[tuple[Subject, list[Face]]]:
    """All faces in a process."""
    certificate = directory / f"{backend}.pem"
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(certificate))
    context = _trusting(authority)
    command = (sys.executable, "-W", "error", "-m", "tests.soak.server", backend, str(certificate))
    with _process(*command, seconds=seconds, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout
        ports = json.loads(stdout.readline())

        def figures() -> Figures:
            stdin.write("?\n")
            stdin.flush()
            told: Figures = json.loads(stdout.readline())
            return told | _of_processes({process.pid})

        steady = ("tasks", "descriptors", "open", "handler_failures")
        yield Subject(backend, figures, steady), faces_of(backend, ports, context)
        stdin.close()
        assert process.wait(30) == 0, f"the server on {backend} did not end in order"


@contextmanager
def _process(*command: str, seconds: float, **options: Any) -> Iterator[subprocess.Popen[str]]:
    with process_of(*command, seconds=_limit(seconds), cwd=ROOT, **options) as process:
        # What it logs is not looked at, and must not fill the pipe.
        assert process.stderr is not None
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield process


def _limit(seconds: float) -> float:
    """When a process of the run is killed, should nobody end it."""
    return seconds + 2 * SETTLE + 120


def _trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@contextmanager
def _cluster(directory: Path, seconds: float) -> Iterator[tuple[Subject, Face]]:
    """Two workers behind HAProxy, which are replaced again and again."""
    over = threading.Event()
    limit = _limit(seconds)
    with site_behind_proxy("round_robin", "asyncio", limit) as site, _public() as public:
        text = HAPROXY.format(fd=public.fileno(), port=site.port())
        with haproxy(directory, text, public.fileno()):
            restarting = threading.Thread(target=_restart, args=(site, over))
            restarting.start()
            try:

                def figures() -> Figures:
                    return _of_processes({site.pid, *site.workers()})

                face = Face(name="cluster", port=public.getsockname()[1], greets=True)
                yield Subject("cluster", figures, ("descriptors",)), face
            finally:
                over.set()
                restarting.join()


@contextmanager
def _public() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0), backlog=1024) as public:
        yield public


def _restart(site: Site, over: threading.Event) -> None:
    while not over.wait(RESTARTS):
        site.restart()


def _of_processes(pids: set[int]) -> Figures:
    """What the kernel tells of processes, some of which may be ending."""
    memory = descriptors = 0
    for pid in pids:
        try:
            descriptors += len(os.listdir(f"/proc/{pid}/fd"))
            memory += resident_bytes(pid)
        except (OSError, RuntimeError):
            continue
    return {"memory": memory, "descriptors": descriptors}
