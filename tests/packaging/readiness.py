"""Whether the tree is that of a release: ``python -m tests.packaging.readiness v0.1.0``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def not_ready(root: Path, tag: str) -> list[str]:
    """What keeps the tree from being released under a tag, a sentence each."""
    package = (root / "anynet" / "__init__.py").read_text("utf-8")
    version = re.findall(r'^__version__ = "(.*)"$', package, re.MULTILINE)[0]
    missing = []
    if tag != f"v{version}":
        missing.append(f"the tag is {tag}, the version {version}")
    citation = (root / "CITATION.cff").read_text("utf-8")
    if f"\nversion: {version}\n" not in citation:
        missing.append(f"CITATION.cff does not have version {version}")
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE):
        missing.append(f"CHANGELOG.md does not have version {version} with its date")
    if fragments := sorted(path.name for path in (root / "changelog.d").glob("*.md")):
        missing.append(f"not in CHANGELOG.md: {', '.join(fragments)}")
    return missing


if __name__ == "__main__":
    sys.exit("\n".join(not_ready(ROOT, sys.argv[1])) or 0)
