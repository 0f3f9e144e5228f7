"""The jobs, the commands by which tools do them, and the table that comes of running these.

A tool without a command for a job has none that does it: its cell is a dash. ``{port}``,
``{path}``, ``{ca}``, ``{cert}`` and ``{directory}`` are the place of the run.

``python -m tests.cli.jobs.table`` prints the table of docs/command-line.md; it takes minutes, as
what fails is waited for.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import attrs

from tests.cli.jobs import trials
from tests.cli.jobs.peers import Place, write_certificates
from tests.cli.jobs.trials import Trial

TOOLS = ("anynet", "nc", "ncat", "socat", "openssl", "curl", "haproxy")

#: How a tool is found, where its name is not that of the program.
_PROGRAMS = {"nc": "nc.openbsd"}
_HAPROXY = (
    "bash -c \"printf 'defaults\n mode tcp\n timeout connect 9s\n timeout client 9s\n timeout"
    " server 9s\nlisten l\n bind 127.0.0.1:{port}%s\n server s unix@{path}\n' >haproxy.cfg;"
    ' exec haproxy -db -f haproxy.cfg"'
)


@attrs.frozen
class Job:
    """A job, how it is tried, and the commands of each tool that may do it."""

    name: str
    trial: Trial
    commands: dict[str, list[str]]


def _haproxy(bind: str = "") -> list[str]:
    return [_HAPROXY % bind]


#: What `anynet send` says first, and a part of what it announces.
_CUT_OFF = json.dumps({"format": "anynet-file-1", "name": "file", "size": 9}).encode()
_CUT_OFF = struct.pack("!I", len(_CUT_OFF)) + _CUT_OFF + struct.pack("!I", 4) + b"half"

#: Stdin to a port, and what comes to stdout.
_CONNECT = {
    "anynet": ["anynet connect 127.0.0.1:{port}"],
    "nc": ["nc -N 127.0.0.1 {port}"],
    "ncat": ["ncat 127.0.0.1 {port}"],
    "socat": ["socat -t 60 - TCP:127.0.0.1:{port}"],
    "curl": ["curl -s telnet://127.0.0.1:{port}"],
}

JOBS = (
    Job(
        "a reply that comes a second after our end",
        trials.late_reply,
        _CONNECT,
    ),
    Job(
        "the peer ends its side first: all input still goes",
        trials.early_end,
        _CONNECT,
    ),
    Job(
        "ends with the peer, though stdin stays open",
        trials.peer_gone,
        _CONNECT | {"socat": ["socat - TCP:127.0.0.1:{port}"]},
    ),
    Job(
        "exit codes: refused, no such name, bad certificate",
        trials.failures_apart,
        {
            "anynet": [
                "anynet connect 127.0.0.1:{port}",
                "anynet connect nowhere.invalid:{port}",
                "anynet connect tls://127.0.0.1:{port}",
            ],
            "nc": ["nc -N 127.0.0.1 {port}", "nc -N nowhere.invalid {port}", "false"],
            "ncat": [
                "ncat 127.0.0.1 {port}",
                "ncat nowhere.invalid {port}",
                "ncat --ssl-verify 127.0.0.1 {port}",
            ],
            "socat": [
                "socat - TCP:127.0.0.1:{port}",
                "socat - TCP:nowhere.invalid:{port}",
                "socat - OPENSSL:127.0.0.1:{port}",
            ],
            "openssl": [
                "openssl s_client -verify_return_error -connect 127.0.0.1:{port}",
                "openssl s_client -verify_return_error -connect nowhere.invalid:{port}",
                "openssl s_client -verify_return_error -connect 127.0.0.1:{port}",
            ],
            "curl": [
                "curl -s https://127.0.0.1:{port}",
                "curl -s https://nowhere.invalid:{port}",
                "curl -s https://127.0.0.1:{port}",
            ],
        },
    ),
    Job(
        "TLS: unasked, sends nothing to whom nobody vouches for",
        trials.distrust,
        {
            "anynet": ["anynet connect tls://127.0.0.1:{port}"],
            "ncat": ["ncat --ssl 127.0.0.1 {port}"],
            "socat": ["socat - OPENSSL:127.0.0.1:{port}"],
            "openssl": ["openssl s_client -quiet -connect 127.0.0.1:{port}"],
            "curl": ["curl -s https://127.0.0.1:{port}"],
        },
    ),
    Job(
        "TLS: own CA, SNI, ALPN",
        trials.names_of_tls,
        {
            "anynet": ["anynet connect tls://127.0.0.1:{port} --ca {ca} --sni localhost --alpn h2"],
            "ncat": [
                (
                    "ncat --ssl-verify --ssl-trustfile {ca} --ssl-servername localhost"
                    " --ssl-alpn h2 127.0.0.1 {port}"
                )
            ],
            "socat": [
                (
                    "socat -t 9 - OPENSSL:127.0.0.1:{port},cafile={ca},snihost=localhost,"
                    "commonname=localhost,alpn=h2"
                )
            ],
            "openssl": [
                (
                    "openssl s_client -quiet -verify_return_error -CAfile {ca}"
                    " -servername localhost -verify_hostname localhost -alpn h2"
                    " -connect 127.0.0.1:{port}"
                )
            ],
        },
    ),
    Job(
        "sends a PROXY header that names another client",
        trials.received_by_peer(b"PROXY TCP4 192.0.2.1 127.0.0.1 5000 ", b"hello\n"),
        {
            "anynet": [
                "anynet connect 127.0.0.1:{port} --proxy-protocol 1 --proxy-source 192.0.2.1:5000"
            ],
            "curl": ["curl -s --haproxy-protocol --haproxy-clientip 192.0.2.1 127.0.0.1:{port}"],
        },
    ),
    Job(
        "sends CRLF for LF",
        trials.received_by_peer(b"one\r\ntwo\r\n", b"one\ntwo\n"),
        {
            "anynet": ["anynet connect --crlf 127.0.0.1:{port}"],
            "nc": ["nc -C -N 127.0.0.1 {port}"],
            "ncat": ["ncat -C 127.0.0.1 {port}"],
            "socat": ["socat - TCP:127.0.0.1:{port},crnl"],
        },
    ),
    Job(
        "shows each byte of both sides",
        trials.hexdump,
        {
            "anynet": ["anynet connect --hexdump 127.0.0.1:{port}"],
            "ncat": ["ncat --hex-dump /dev/stderr 127.0.0.1 {port}"],
            "socat": ["socat -x -t 9 - TCP:127.0.0.1:{port}"],
            "curl": ["curl -s --trace - telnet://127.0.0.1:{port}"],
        },
    ),
    Job(
        "ends after a second of silence, with an error",
        trials.silence,
        {
            "anynet": ["anynet connect --idle-timeout 1 127.0.0.1:{port}"],
            "nc": ["nc -w 1 127.0.0.1 {port}"],
            "ncat": ["ncat -i 1 127.0.0.1 {port}"],
            "socat": ["socat -T 1 - TCP:127.0.0.1:{port}"],
            "curl": ["curl -s -Y 1 -y 1 telnet://127.0.0.1:{port}"],
        },
    ),
    Job(
        "each address of a name: time, TLS, certificate",
        trials.every_address,
        {
            "anynet": ["anynet check tls://localhost:{port} --ca {ca}"],
            "openssl": ["openssl s_client -CAfile {ca} -connect localhost:{port}"],
            "curl": ["curl -v --cacert {ca} -m 5 https://localhost:{port}"],
        },
    ),
    Job(
        "many clients at once, to stdout",
        trials.clients_at_once,
        {
            "anynet": ["anynet listen --keep-open 127.0.0.1:{port}"],
            "nc": ["nc -k -l 127.0.0.1 {port}"],
            "ncat": ["ncat -k -l 127.0.0.1 {port}"],
            "socat": ["socat -u TCP-LISTEN:{port},bind=127.0.0.1,fork -"],
        },
    ),
    Job(
        "a program for each client; it sees the end of its input",
        trials.program_each,
        {
            "anynet": ["anynet listen --keep-open --exec cat 127.0.0.1:{port}"],
            "ncat": ["ncat -k -l -e /bin/cat 127.0.0.1 {port}"],
            "socat": ["socat TCP-LISTEN:{port},bind=127.0.0.1,fork EXEC:cat"],
        },
    ),
    Job(
        "lets some clients in",
        trials.some_clients,
        {
            "anynet": ["anynet listen -k --exec cat --allow 127.0.0.2 127.0.0.1:{port}"],
            "ncat": ["ncat -k -l -e /bin/cat --allow 127.0.0.2 127.0.0.1 {port}"],
            "socat": ["socat TCP-LISTEN:{port},bind=127.0.0.1,fork,range=127.0.0.2/32 EXEC:cat"],
        },
    ),
    Job(
        "reads a PROXY header",
        trials.real_client,
        {
            "anynet": [
                (
                    "anynet listen -k --proxy-protocol require --proxy-trust 127.0.0.1"
                    " --shell 'echo $ANYNET_REMOTE' 127.0.0.1:{port}"
                )
            ],
        },
    ),
    Job(
        "TCP to a Unix socket, with half-close",
        trials.relay_to_path,
        {
            "anynet": ["anynet relay 127.0.0.1:{port} unix:{path}"],
            "ncat": ["ncat -k -l -c 'ncat -U {path}' 127.0.0.1 {port}"],
            "socat": ["socat -t 60 TCP-LISTEN:{port},bind=127.0.0.1,fork UNIX-CONNECT:{path}"],
            "haproxy": _haproxy(),
        },
    ),
    Job(
        "takes TLS off",
        trials.take_tls_off,
        {
            "anynet": ["anynet relay tls://127.0.0.1:{port} unix:{path} --cert {cert}"],
            "ncat": [
                (
                    "ncat -k -l --ssl --ssl-cert {cert} --ssl-key {cert} -c 'ncat -U {path}'"
                    " 127.0.0.1 {port}"
                )
            ],
            "socat": [
                (
                    "socat OPENSSL-LISTEN:{port},bind=127.0.0.1,fork,cert={cert},verify=0"
                    " UNIX-CONNECT:{path}"
                )
            ],
            "haproxy": _haproxy(" ssl crt {cert}"),
        },
    ),
    Job(
        "a file: whole and checked, or not there",
        trials.checked_file,
        {
            "anynet": [
                "anynet recv 127.0.0.1:{port} --directory in",
                "anynet send file 127.0.0.1:{port}",
                _CUT_OFF.decode("latin-1"),
            ],
            "ncat": [
                "ncat -l 127.0.0.1 {port} >in/file",
                "ncat --send-only 127.0.0.1 {port} <file",
                "half",
            ],
        },
    ),
)


def installed(tool: str) -> bool:
    """Whether the tool is here; ours is."""
    return tool == "anynet" or shutil.which(_PROGRAMS.get(tool, tool), path=_path()) is not None


def _path() -> str:
    """Where programs are found: those of our environment first."""
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin"))


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def try_job(job: Job, tool: str, seconds: float) -> bool:
    """Whether a tool does a job, which has to be done in time."""
    with tempfile.TemporaryDirectory(prefix="jobs-") as name:
        directory = Path(name)
        ca, cert = write_certificates(directory)
        place = Place(directory, free_port(), directory / "peer.sock", ca, cert)
        commands = [filled(command, place) for command in job.commands[tool]]
        try:
            return job.trial(commands, place, seconds)
        except (subprocess.TimeoutExpired, TimeoutError, FileNotFoundError):
            return False


def filled(command: str, place: Place) -> str:
    """The command at a place; ours is that of this environment."""
    for field in attrs.fields(Place):
        command = command.replace(f"{{{field.name}}}", str(getattr(place, field.name)))
    if command.startswith("anynet "):
        return f"{sys.executable} -m {command}"
    return command.replace("nc ", "nc.openbsd ", 1) if command.startswith("nc ") else command


def cell(job: Job, tool: str, seconds: float) -> str:
    """What stands in the table."""
    if tool not in job.commands:
        return "–"
    return "yes" if try_job(job, tool, seconds) else "no"


def main(seconds: float) -> None:
    """Print the table."""
    print(f"| job | {' | '.join(TOOLS)} |")
    print(f"|---|{'---|' * len(TOOLS)}")
    for job in JOBS:
        print(f"| {job.name} | {' | '.join(cell(job, tool, seconds) for tool in TOOLS)} |")
        sys.stdout.flush()


if __name__ == "__main__":
    main(15.0)
