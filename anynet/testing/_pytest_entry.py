"""What pytest loads by the entry point ``anynet``, which does no more than load the plugin.

It is not the plugin itself: pytest refuses a module that it knows by another name already, and
projects load ``anynet.testing.pytest_plugin`` by its name.
"""

from __future__ import annotations

pytest_plugins = ["anynet.testing.pytest_plugin"]
