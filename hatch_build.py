"""What the package index is told that depends on where the project lives: its URLs, its README.

``ANYNET_REPOSITORY`` is the URL of the repository that a release is made from. With it, the
metadata have the project's URLs, and the relative links of the README lead to the files there, as
they are in that version. Without it there is nowhere to lead to: no URLs, and of a link its text.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_FENCED = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)
#: A link to a file of the repository: neither to another place nor to a heading of the same page.
#: What stands in code that begins before it is none; a link may begin with code.
_CODE_OR_LINK = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?<!!)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])+)\]\((?![a-z]+:|#)(?P<file>[^()\s]+)\)",
    re.DOTALL,
)


def project_urls(repository: str, version: str) -> dict[str, str]:
    """The URLs of the metadata, by their labels; none without a repository."""
    if not repository:
        return {}
    files = f"{repository}/blob/v{version}"
    return {
        "Source": repository,
        "Documentation": f"{files}/docs/index.md",
        "Changelog": f"{files}/CHANGELOG.md",
        "Issues": f"{repository}/issues",
        "Security": f"{repository}/security/policy",
    }


def readme_for_index(readme: str, repository: str, version: str) -> str:
    """The README with absolute links, or, without a repository, with no links to files."""

    def shown(found: re.Match[str]) -> str:
        if found["code"]:
            return found["code"]
        text, file = found["text"], found["file"]
        return f"[{text}]({repository}/blob/v{version}/{file})" if repository else text

    # What a program indexes and calls, `handlers[0](socket)`, looks like a link.
    parts = _FENCED.split(readme)
    return "".join(
        part if part.startswith("```") else _CODE_OR_LINK.sub(shown, part) for part in parts
    )


class CustomMetadataHook(MetadataHookInterface):
    """Found by hatchling by its base class. An sdist that has URLs keeps them: it is not asked."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the URLs and the README."""
        repository = os.environ.get("ANYNET_REPOSITORY", "").rstrip("/")
        readme = Path(self.root, "README.md").read_text("utf-8")
        metadata["urls"] = project_urls(repository, metadata["version"])
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": readme_for_index(readme, repository, metadata["version"]),
        }
