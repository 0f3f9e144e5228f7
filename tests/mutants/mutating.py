"""Mutants of a module: its syntax tree with one thing changed, the way a slip would change it.

Left out is what no test is to notice: annotations, docstrings, the texts of errors, `__repr__`,
overloads, what is for type checkers alone, and fast ways of hashing.
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Iterator

import attrs

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
#: What is not looked into.
_LEFT_OUT = (ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Global, ast.Nonlocal)
_FUNCTIONS_LEFT_OUT = ("__repr__", "__str__", "__hash__")


@attrs.frozen
class _Place:
    """What may be changed, and where it is."""

    node: ast.expr | ast.stmt
    parent: ast.AST
    field: str
    #: The qualified name of the function or class around it, and the innermost statement.
    function: str
    statement: ast.AST


@attrs.frozen
class Mutant:
    """One change to a module."""

    module: str
    #: The qualified name of the function or class that it is in.
    function: str
    #: The beginning of the statement that it is in.
    statement: str
    line: int
    before: str
    after: str
    #: The place among all mutants of the module.
    number: int

    @property
    def name(self) -> str:
        """What it is known by, also when lines move."""
        where = "" if self.before.startswith(self.statement) else f" in {self.statement}"
        return f"{self.module}:{self.function}: {self.before} -> {self.after}{where}"


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """All mutants of a module, in the order of its lines."""
    for number, (place, changed) in enumerate(_changed_places(ast.parse(source))):
        begun = _shown(place.statement)[:60]
        before, after = _shown(place.node), _shown(changed)
        yield Mutant(module, place.function, begun, place.node.lineno, before, after, number)


def mutated(source: str, number: int) -> ast.Module:
    """The whole module with the change of this number."""
    tree = ast.parse(source)
    place, changed = next(itertools.islice(_changed_places(tree), number, None))
    value = getattr(place.parent, place.field)
    if isinstance(value, list):
        index = next(index for index, each in enumerate(value) if each is place.node)
        value[index] = changed
    else:
        setattr(place.parent, place.field, changed)
    return ast.fix_missing_locations(tree)


def _changed_places(tree: ast.Module) -> Iterator[tuple[_Place, ast.AST]]:
    for place in _places(tree):
        for changed in _changes(place.node):
            yield place, changed


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:120]


def _places(
    node: ast.AST, function: str = "", statement: ast.AST | None = None
) -> Iterator[_Place]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_left_out(child):
                continue
            inner = function
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = f"{function}.{child.name}".lstrip(".")
            around = child if isinstance(child, ast.stmt) or statement is None else statement
            if isinstance(child, (ast.expr, ast.stmt)):
                yield _Place(child, node, field, function, around)
            yield from _places(child, inner, around)


def _is_left_out(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
            return True  # Docstrings, and "..."; declarations.
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.If(test=ast.UnaryOp(operand=ast.Name(id="TYPE_CHECKING"))):
            return True
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            marks = {ast.unparse(each) for each in node.decorator_list}
            return node.name in _FUNCTIONS_LEFT_OUT or "overload" in marks
        case ast.ClassDef():
            return any(ast.unparse(base) in ("TypedDict", "Protocol") for base in node.bases)
        case ast.Assign(targets=[ast.Name(id="__slots__" | "__all__")]):
            return True
        case ast.Call(func=ast.Name(id="TypeVar" | "cast")):
            return True
    return isinstance(node, _LEFT_OUT)


def _changes(node: ast.expr | ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _COMPARISONS:
            yield _with(node, ops=[_COMPARISONS[type(operator)]()])
        case ast.BoolOp(op=operator):
            yield _with(node, op=ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in _OPERATORS:
            yield _with(node, op=_OPERATORS[type(operator)]())
        case ast.IfExp(body=body, orelse=orelse):
            yield _with(node, body=orelse, orelse=body)
        case ast.Constant(value=value):
            yield from _changed_constant(value)
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case ast.Return(value=ast.Constant(value=None)):
            pass
        case ast.Return(value=ast.expr()):
            yield _with(node, value=ast.Constant(None))
        case ast.Raise() | ast.Expr(value=ast.Call()) | ast.Delete() | ast.AugAssign():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.If(test=test):
            yield _with(node, test=ast.Constant(False))
            yield (
                _with(node, test=ast.Constant(True))
                if not node.orelse
                else _with(node, test=ast.UnaryOp(ast.Not(), test))
            )


def _changed_constant(value: object) -> Iterator[ast.Constant]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield ast.Constant(value + 1)
    elif isinstance(value, bytes):
        yield ast.Constant(value + b"x")


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
