"""The distributions that the tests of the package look at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from tests.packaging.environments import ROOT


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a wheel and a source distribution: ``DISTRIBUTIONS``, or built here."""
    if (given := os.environ.get("DISTRIBUTIONS")) is not None:
        return ROOT / given
    directory = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ANYNET_REPOSITORY", raising=False)
        for builder in (WheelBuilder, SdistBuilder):
            for _ in builder(str(ROOT)).build(directory=str(directory), versions=["standard"]):
                pass
    return directory
