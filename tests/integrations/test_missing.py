"""Where the package is missing that a module is for, the error says what to install."""

from __future__ import annotations

import importlib
import sys

import pytest

from tests.test_floors import NEIGHBOURS

EXTRAS = {"wsproto": "websocket", "h11": "asgi", "prometheus_client": "prometheus"}


@pytest.mark.parametrize("module", NEIGHBOURS)
def test_what_to_install(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = {"anynet.integrations.httpx": "httpx"}.get(module, min(NEIGHBOURS[module]))
    for name in [each for each in sys.modules if each.startswith("anynet.integrations")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [each for each in sys.modules if each.split(".")[0] == missing]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, missing, None)
    extra = EXTRAS.get(missing, missing)
    with pytest.raises(
        ImportError, match=rf"needs {missing}: pip install 'anynet-toolkit\[{extra}\]'"
    ):
        importlib.import_module(module)
