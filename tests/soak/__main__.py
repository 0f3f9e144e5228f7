"""The soak: ``python -m tests.soak --minutes 60``.

All faces on both backends, and a cluster behind HAProxy whose workers are replaced again and again,
under a load of honest clients and of others that reset, stall, flood and talk nonsense. It fails if
an honest client has a failure, a handler fails by itself, or tasks or descriptors are left at the
end. The figures go to a file of JSON, from which ``python -m tests.soak.page`` makes the page.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.soak.running import soak


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="default 10")
    parser.add_argument("--clients", type=int, default=12, help="default 12")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--no-cluster", action="store_true", help="without cluster and HAProxy")
    parser.add_argument("--output", type=Path, default=Path("soak.json"), help="default soak.json")
    given = parser.parse_args()
    run = soak(
        seconds=given.minutes * 60,
        clients=given.clients,
        seed=given.seed,
        cluster=not given.no_cluster,
    )
    given.output.write_text(json.dumps(run, indent=1) + "\n", "utf-8")
    print(f"{sum(run['counts'].values())} connections: {run['counts']}")
    for finding in run["findings"]:
        print(finding)
    print(f"the figures are in {given.output}; " + ("FAILED" if run["findings"] else "all is well"))
    return bool(run["findings"])


if __name__ == "__main__":
    sys.exit(main())
