"""The floors of the package: imports go down, in no cycle, to no private names; files stay small.

The checks are functions of source texts, so that the end of this file can show each one failing.
"""

from __future__ import annotations

import ast
import graphlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import attrs
import pytest

import anynet

ROOT = Path(anynet.__file__).parent

#: What may import what: the same floor or a lower one. "" is the public ``anynet`` itself.
FLOORS = {
    "_rules": 0,
    "_transport": 1,
    "framing": 1.5,
    "_core": 2,
    "service": 2,
    "": 2.1,
    "testing": 2.2,
    "cluster": 3,
    "integrations": 3.5,
    "node": 4,
    "cli": 5,
    "__main__": 5.1,
}
#: The rooms of a floor, each below the next: a room imports itself and those before it.
ROOMS = {
    "_rules": ("checks", "values", "policy", "proxy", "options"),
    "_transport": (
        "loops",
        "sockets",
        "streams",
        "dialing",
        "listening",
        "network",
        "reactor",
    ),
    "_core": ("connections", "servers"),
    "cluster": ("wire", "settings", "processes", "distribution", "primary", "worker"),
    "node": (
        "_errors",
        "_loop",
        "_emitters",
        "_streams",
        "_pipelines",
        "_readline",
        "_net.values",
        "_net.functions",
        "_net.options",
        "_net.sockets",
        "_net.servers",
        "_tls",
        "_modules",
        "_processes",
        "_clusters",
        "_threads",
    ),
}
#: What the adapter may use of the cluster.
CLUSTER_OF_NODE = {"cluster.wire", "cluster.processes", "cluster.distribution"}
#: Run-time dependencies, and the lowest floor that may use each.
DEPENDENCIES = {"anyio": 0, "attr": 0, "attrs": 0, "trio": 0, "pytest": 2.2, "click": 5, "rich": 5}
#: The modules of ``integrations`` that are for another package, and what that is: it is no
#: dependency of ours, so each says what to install. httpx brings httpcore along.
NEIGHBOURS = {
    "anynet.integrations.asgi._http": {"h11"},
    "anynet.integrations.asgi.websocket": {"wsproto"},
    "anynet.integrations.httpcore": {"httpcore"},
    "anynet.integrations.httpx": {"httpx", "httpcore"},
    "anynet.integrations.prometheus": {"prometheus_client"},
}
#: What ``integrations`` may use: what every program may, without the adapter.
PUBLIC_PACKAGES = {"integrations", "framing", ""}
PUBLIC_MODULES = {"anynet.cluster"}
#: The backends, and what of the lower floors may import each: one module, which is imported itself
#: only once a loop of that kind runs. Types are for everybody, under TYPE_CHECKING.
BACKENDS = {
    "asyncio": "anynet._transport.loops.asyncio_loop",
    "trio": "anynet._transport.loops.trio_loop",
    "uvloop": None,
}
#: The modules that import others by their names, and why they cannot do it at the top of the file.
IMPORTS_BY_NAME = {
    "anynet.testing._sweep.running": "Trio takes long to import, and may never run",
    "anynet._transport.loops.host_loop": "Trio takes long to import, and may never run",
    "anynet._transport.sockets.lookup_threads": "idna takes long to import, and few names need it",
    "anynet.cluster": "anynet.node needs the lower rooms of it alone",
    "anynet.cluster.settings.programs": "the user of a cluster names the program",
}
#: Documented, so public, in spite of its name; and what has no public name before Python 3.13.
DOCUMENTED = {"os._exit", "sys._getframe", "tls._sslobj"}
#: What ``_core`` reaches only through the seam, ``_transport.network``.
BEHIND_THE_NETWORK = {
    "anynet._transport.dialing.connect",
    "anynet._transport.dialing.connect_one",
    "anynet._transport.dialing.happy_eyeballs",
    "anynet._transport.listening.open",
    "anynet._transport.listening.passed_sockets",
    "anynet._transport.listening.unix_path",
    "anynet._transport.sockets.resolving",
}
#: What is for any byte stream, and of the floors below imports ``_rules`` alone.
OVER_ANY_STREAM = {"framing"}
MOST_LINES_OF_FILE = 400
MOST_LINES_OF_FUNCTION = 50

TYPES_ONLY = {"TYPE_CHECKING", "typing.TYPE_CHECKING"}

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@attrs.frozen
class Import:
    """One name that a module imports: ``import target`` or ``from target import name``."""

    importer: str
    target: str
    name: str | None
    line: int
    in_function: bool
    for_types: bool

    def __str__(self) -> str:
        imported = self.target if self.name is None else f"{self.target}.{self.name}"
        return f"{self.importer}:{self.line} imports {imported}"


class Tree:
    """Modules by their dotted names, parsed."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.sources = dict(sources)
        self.modules = {name: ast.parse(source) for name, source in sources.items()}
        self.imports = [
            each for name, module in self.modules.items() for each in imports_of(name, module)
        ]

    @classmethod
    def of_package(cls, directory: Path) -> Tree:
        def dotted(path: Path) -> str:
            parts = path.relative_to(directory.parent).with_suffix("").parts
            return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

        return cls({dotted(path): path.read_text("utf-8") for path in directory.rglob("*.py")})

    def module_of(self, each: Import) -> str | None:
        """Which of our modules is imported; None for one that is not ours."""
        if not is_ours(each.target):
            return None
        whole = f"{each.target}.{each.name}"
        return whole if whole in self.modules else each.target


def is_ours(module: str) -> bool:
    return module.split(".")[0] == "anynet"


def package_of(module: str) -> str:
    """``_core`` for ``anynet._core.connections.socket``; "" for ``anynet``."""
    return module.split(".")[1] if "." in module else ""


def room_of(module: str) -> str:
    """``_core.connections`` for ``anynet._core.connections.socket``.

    What lies beside the rooms of its floor, such as a package's own ``__init__``, counts as the
    floor, and so does a floor without rooms.
    """
    floor, *rest = module.split(".")[1:] or [""]
    for room in ROOMS.get(floor, ()):
        parts = room.split(".")
        if rest[: len(parts)] == parts:
            return f"{floor}.{room}"
    return floor


def height(room: str) -> int | None:
    """How many rooms of its floor lie below; None for what is no room."""
    floor, _, name = room.partition(".")
    return ROOMS[floor].index(name) if name else None


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def imports_of(name: str, module: ast.Module) -> Iterator[Import]:
    def walk(node: ast.AST, in_function: bool, for_types: bool) -> Iterator[Import]:
        inside = in_function or isinstance(node, FunctionNode | ast.Lambda)
        types = for_types or (isinstance(node, ast.If) and ast.unparse(node.test) in TYPES_ONLY)
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, alias.name, None, node.lineno, inside, types)
        elif isinstance(node, ast.ImportFrom):
            target = "." * node.level + (node.module or "")
            for alias in node.names:
                yield Import(name, target, alias.name, node.lineno, inside, types)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside, types)

    yield from walk(module, False, False)


# -- the checks: each yields what is wrong ---------------------------------------------------------


def unknown_packages(tree: Tree) -> Iterator[str]:
    for name in tree.modules:
        if package_of(name) not in FLOORS:
            yield f"{name} is on no floor"


def upward_imports(tree: Tree) -> Iterator[str]:
    for each in tree.imports:
        target = tree.module_of(each)
        if target is None:
            continue
        above, below = package_of(each.importer), package_of(target)
        if FLOORS.get(below, -1) > FLOORS.get(above, -1):
            yield f"{each}, which is on a higher floor"
        elif below == "testing" != above:
            yield f"{each}, which is for tests"


def homeless_modules(tree: Tree) -> Iterator[str]:
    """Modules of a floor with rooms that are in none of them, unless they are public."""
    for name in tree.modules:
        floor, *rest = name.split(".")[1:] or [""]
        if floor in ROOMS and rest and height(room_of(name)) is None:
            package = any(other.startswith(f"{name}.") for other in tree.modules)
            if floor.startswith("_") or (
                rest[0].startswith("_") and not package and rest[0] != "__main__"
            ):
                yield f"{name} is in no room"


def imports_out_of_order(tree: Tree) -> Iterator[str]:
    """Imports of a room that lies above, or of the floor that a room is part of."""
    for each in tree.imports:
        target = tree.module_of(each)
        if target is None:
            continue
        above, below = room_of(each.importer), room_of(target)
        if package_of(target) != package_of(each.importer):
            of_cluster = package_of(each.importer) == "node" and package_of(target) == "cluster"
            if of_cluster and below not in CLUSTER_OF_NODE:
                yield f"{each}, which the adapter may not use"
            continue
        mine, its = height(above), height(below)
        if mine is not None and (its is None or its > mine):
            yield f"{each}, which is above that room"


def past_the_network(tree: Tree) -> Iterator[str]:
    for each in tree.imports:
        if package_of(each.importer) == "_core" and tree.module_of(each) in BEHIND_THE_NETWORK:
            yield f"{each}, past _transport.network"


def past_the_stream(tree: Tree) -> Iterator[str]:
    for each in tree.imports:
        target, floor = tree.module_of(each), package_of(each.importer)
        allowed = {floor, "_rules"}
        if floor in OVER_ANY_STREAM and target is not None and package_of(target) not in allowed:
            yield f"{each}, which is not for any byte stream"


def past_the_public_names(tree: Tree) -> Iterator[str]:
    """What is for other packages is imported by nobody, and uses what every program may."""
    for each in tree.imports:
        target, floor = tree.module_of(each), package_of(each.importer)
        if target is None:
            continue
        public = package_of(target) in PUBLIC_PACKAGES or each.target in PUBLIC_MODULES
        if floor == "integrations" and not public:
            yield f"{each}, which is not public"
        elif package_of(target) == "integrations" != floor:
            yield f"{each}, which is for another package"


def cycles(tree: Tree) -> Iterator[str]:
    graph: dict[str, set[str]] = {name: set() for name in tree.modules}
    for each in tree.imports:
        target = tree.module_of(each)
        if target is not None:
            graph[each.importer].add(target)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        yield "a cycle: " + " <- ".join(error.args[1])


def imports_in_functions(tree: Tree) -> Iterator[str]:
    return (f"{each} inside a function" for each in tree.imports if each.in_function)


def imports_by_name(tree: Tree) -> Iterator[str]:
    """Calls of ``import_module`` and its like: imports that the checks here do not see."""
    for name, module in tree.modules.items():
        for node in (each for each in ast.walk(module) if isinstance(each, ast.Call)):
            called = ast.unparse(node.func).rpartition(".")[2]
            by_name = called in {"import_module", "__import__", "exec_module"}
            if by_name and name not in IMPORTS_BY_NAME:
                yield f"{name}:{node.lineno} imports by name"


def relative_imports(tree: Tree) -> Iterator[str]:
    return (f"{each} relatively" for each in tree.imports if each.target.startswith("."))


def foreign_imports(tree: Tree) -> Iterator[str]:
    """What is neither ours, nor in the standard library, nor a dependency of that floor."""
    for each in tree.imports:
        root, package = each.target.split(".")[0], package_of(each.importer)
        if is_ours(each.target) or root == "" or root in sys.stdlib_module_names:
            continue
        if root in NEIGHBOURS.get(each.importer, ()):
            continue
        if DEPENDENCIES.get(root, float("inf")) > FLOORS.get(package, -1):
            yield f"{each}, which is no dependency of this floor"


def backend_imports(tree: Tree) -> Iterator[str]:
    for each in tree.imports:
        backend = each.target.split(".")[0]
        below = FLOORS.get(package_of(each.importer), -1) <= FLOORS["_core"]
        allowed = each.for_types or each.importer == BACKENDS.get(backend)
        if below and backend in BACKENDS and not allowed:
            yield f"{each}; only {BACKENDS[backend]} may"


def private_imports(tree: Tree) -> Iterator[str]:
    """Underscore names of another room, in any part of what is imported."""
    for each in tree.imports:
        parts = each.target.split(".") + ([] if each.name is None else [each.name])
        target = tree.module_of(each)
        if target is not None:
            depth = len(target.split("."))
            # A room of the adapter has an underscore of its own, which its neighbours may name.
            inside = parts[2:depth] if package_of(target) != package_of(each.importer) else []
            same = room_of(target) == room_of(each.importer)
            parts = inside + ([] if same else parts[depth:])
        if any(is_private(part) for part in parts):
            yield f"{each}, which is private"


def private_attributes(tree: Tree) -> Iterator[str]:
    """Underscore attributes that the accessing room does not define itself."""
    defined: dict[str, set[str]] = {}
    for name, module in tree.modules.items():
        defined.setdefault(room_of(name), set()).update(private_definitions(module))
    for name, module in tree.modules.items():
        for node, attribute in attribute_accesses(module):
            ours = attribute in defined[room_of(name)] or ast.unparse(node) in DOCUMENTED
            if is_private(attribute) and not ours:
                yield f"{name}:{node.lineno} uses {ast.unparse(node)}, which is private"


def private_definitions(module: ast.Module) -> Iterator[str]:
    """Names that a module binds, gives to ``self`` or ``cls``, or lists in ``__slots__``."""
    for node in ast.walk(module):
        if isinstance(node, FunctionNode | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}:
                yield node.attr
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__slots__":
            for constant in ast.walk(node.value):
                if isinstance(constant, ast.Constant):
                    yield str(constant.value)


def attribute_accesses(module: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute):
            yield node, node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"getattr", "setattr"}:
            for argument in node.args[1:2]:
                if isinstance(argument, ast.Constant):
                    yield node, str(argument.value)


def long_files(tree: Tree) -> Iterator[str]:
    for name, source in tree.sources.items():
        lines = len(source.splitlines())
        if lines > MOST_LINES_OF_FILE:
            yield f"{name} has {lines} lines, more than {MOST_LINES_OF_FILE}"


def long_functions(tree: Tree) -> Iterator[str]:
    for name, module in tree.modules.items():
        for node in ast.walk(module):
            if isinstance(node, FunctionNode):
                lines = lines_of(node)
                if lines > MOST_LINES_OF_FUNCTION:
                    yield (
                        f"{name}:{node.lineno} {node.name} has {lines} lines, "
                        f"more than {MOST_LINES_OF_FUNCTION}"
                    )


def lines_of(node: FunctionNode) -> int:
    """The lines of a function without its docstring."""
    first = node.body[0]
    docstring = 0
    if ast.get_docstring(node, clean=False) is not None:
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


Check = Callable[[Tree], Iterable[str]]
CHECKS: list[Check] = [
    unknown_packages,
    upward_imports,
    homeless_modules,
    imports_out_of_order,
    past_the_network,
    past_the_stream,
    past_the_public_names,
    cycles,
    imports_in_functions,
    imports_by_name,
    relative_imports,
    foreign_imports,
    backend_imports,
    private_imports,
    private_attributes,
    long_files,
    long_functions,
]


@pytest.fixture(scope="module")
def ours() -> Tree:
    return Tree.of_package(ROOT)


@pytest.mark.parametrize("check", CHECKS)
def test_the_package(check: Check, ours: Tree) -> None:
    assert "anynet._core.connections.socket" in ours.modules
    assert list(check(ours)) == []


# -- the checks themselves -------------------------------------------------------------------------


def modules(**sources: str) -> dict[str, str]:
    """Sources by module: ``_core__a`` stands for ``anynet._core.a``."""
    return {f"anynet.{name.replace('__', '.')}": source for name, source in sources.items()}


BROKEN: list[tuple[Check, dict[str, str]]] = [
    (unknown_packages, modules(attic__a="")),
    (upward_imports, modules(_rules__a="import anynet._core.b", _core__b="")),
    (upward_imports, modules(_transport__a="from anynet._core import b", _core__b="")),
    (upward_imports, modules(_core__a="from anynet import connect") | {"anynet": ""}),
    (upward_imports, modules(node__a="from anynet.cli.b import c", cli__b="")),
    (upward_imports, modules(cluster__a="import anynet.testing")),
    (homeless_modules, modules(_core__a="")),
    (homeless_modules, modules(node___a="")),
    (
        imports_out_of_order,
        modules(_core__connections__a="import anynet._core.servers.b", _core__servers__b=""),
    ),
    (
        imports_out_of_order,
        modules(node___streams__a="import anynet.node._net.values.b", node___net__values__b=""),
    ),
    (imports_out_of_order, modules(node___streams__a="import anynet.node") | {"anynet.node": ""}),
    (
        imports_out_of_order,
        modules(node___streams__a="import anynet.cluster.primary.b", cluster__primary__b=""),
    ),
    (
        past_the_network,
        modules(_core__a="import anynet._transport.listening.open", _transport__listening__open=""),
    ),
    (past_the_stream, modules(framing__a="import anynet._transport.b", _transport__b="")),
    (past_the_public_names, modules(integrations__a="import anynet._rules.b", _rules__b="")),
    (past_the_public_names, modules(node__a="import anynet.integrations.b", integrations__b="")),
    (cycles, modules(_core__a="import anynet._core.b", _core__b="from anynet._core import a")),
    (cycles, modules(_core__a="import anynet._core.a")),
    (imports_in_functions, modules(_core__a="def f():\n    import os")),
    (imports_in_functions, modules(_core__a="class C:\n async def f(self):\n  from os import a")),
    (imports_by_name, modules(_core__a="def f():\n    importlib.import_module('os')")),
    (imports_by_name, modules(_core__a="def f():\n    return __import__('os')")),
    (relative_imports, modules(_core__a="from . import b")),
    (relative_imports, modules(_core__a="from .b import c")),
    (foreign_imports, modules(_core__a="import requests")),
    (foreign_imports, modules(_core__a="from click import echo")),
    (foreign_imports, modules(integrations__a="import httpx")),
    (backend_imports, modules(_core__a="import trio.lowlevel")),
    (backend_imports, modules(_transport__a="from asyncio import Future")),
    (backend_imports, modules(_transport__loops__host_loop="import trio")),
    (backend_imports, modules(_transport__loops__trio_loop="import asyncio")),
    (private_imports, modules(_core__a="import anyio._core")),
    (private_imports, modules(_core__a="from anyio._core._sockets import connect_tcp")),
    (private_imports, modules(_core__a="from trio import _core")),
    (private_imports, modules(_core__a="from anynet._rules.b import _c", _rules__b="")),
    (private_imports, modules(_core__a="from anynet._rules import _b", _rules___b="")),
    (
        private_imports,
        modules(_core__servers__a="from anynet._core.connections.b import _c")
        | modules(_core__connections__b=""),
    ),
    (private_attributes, modules(_core__a="import trio\ntrio._core.run")),
    (private_attributes, modules(_core__a="def f(x): return x._y", _rules__b="_y = 1")),
    (private_attributes, modules(_core__a="def f(x): x._y = 1")),
    (
        private_attributes,
        modules(_core__servers__a="def f(x): return x._y", _core__connections__b="_y = 1"),
    ),
    (private_attributes, modules(_core__a="def f(x): return getattr(x, '_y')")),
    (long_files, modules(_core__a="\n" * 401)),
    (long_functions, modules(_core__a="def f():\n" + " 1\n" * 50)),
    (long_functions, modules(_core__a="class C:\n async def f():\n" + "  1\n" * 50)),
]

SOUND: list[tuple[Check, dict[str, str]]] = [
    (upward_imports, modules(_core__a="import anynet._rules.b", _rules__b="")),
    (upward_imports, modules(testing__a="import anynet") | {"anynet": ""}),
    (homeless_modules, modules(_core__connections__a="", node__events="", node___streams__a="")),
    (
        imports_out_of_order,
        modules(_core__servers__a="import anynet._core.connections.b", _core__connections__b=""),
    ),
    (
        imports_out_of_order,
        modules(node___streams__a="import anynet.cluster.wire.b", cluster__wire__b=""),
    ),
    (
        past_the_network,
        modules(cluster__a="import anynet._transport.listening.open")
        | modules(_core__a="import anynet._transport.network", _transport__network="")
        | modules(_transport__listening__open=""),
    ),
    (
        past_the_stream,
        modules(framing__a="import anynet._rules.b, anynet.framing._c", framing___c="")
        | modules(_rules__b="", _core__a="import anynet._transport.b", _transport__b=""),
    ),
    (
        past_the_public_names,
        modules(integrations__a="import anynet, anynet.framing", framing="") | {"anynet": ""},
    ),
    (cycles, modules(_core__a="import anynet._core.b", _core__b="import os")),
    (foreign_imports, modules(integrations__httpcore="import httpcore")),
    (foreign_imports, modules(cli__a="import click, rich.live, anyio, attrs, os.path")),
    (backend_imports, modules(_transport__loops__trio_loop="import trio", cli__a="import trio")),
    (backend_imports, modules(_core__a="if TYPE_CHECKING:\n    import trio")),
    (
        imports_by_name,
        modules(_transport__loops__host_loop="def _new_host_loop(): import_module()"),
    ),
    (private_imports, modules(_core__a="from anynet._core.b import _c", _core__b="")),
    (private_imports, modules(_core__a="from __future__ import annotations")),
    (private_imports, modules(_core__a="import anynet._rules.b", _rules__b="")),
    (private_attributes, modules(_core__a="class C:\n __slots__ = ('_y',)\ndef f(x): x._y")),
    (private_attributes, modules(_core__a="def f(self, x):\n self._y = x._y", _core__b="a._y")),
    (private_attributes, modules(_core__a="def f(x): return x.__class__")),
    (long_files, modules(_core__a="\n" * 400)),
    (long_functions, modules(_core__a="def f():\n" + " 1\n" * 49)),
    (long_functions, modules(_core__a='def f():\n """\n\n\n"""\n' + " 1\n" * 49)),
]


@pytest.mark.parametrize(("check", "sources"), BROKEN)
def test_a_check_finds(check: Check, sources: dict[str, str]) -> None:
    assert len(list(check(Tree(sources)))) == 1


@pytest.mark.parametrize(("check", "sources"), SOUND)
def test_a_check_lets_pass(check: Check, sources: dict[str, str]) -> None:
    assert list(check(Tree(sources))) == []


def test_every_check_has_been_seen_to_fail() -> None:
    assert {check for check, _ in BROKEN} == set(CHECKS)
