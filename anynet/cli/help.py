"""Help pages that begin with examples, and commands that name their neighbour when misspelt."""

from __future__ import annotations

import difflib
from typing import Any, TypeAlias

import click

Examples: TypeAlias = tuple[tuple[str, str], ...]


def write_examples(examples: Examples, formatter: click.HelpFormatter) -> None:
    """Lines of a command, each with what it does."""
    with formatter.section("Examples"):
        for command, meaning in examples:
            formatter.write(f"  {command}\n      {meaning}\n")
    formatter.write("\n")


class ExampleCommand(click.Command):
    """A command whose help begins with examples."""

    def __init__(self, *args: Any, examples: Examples = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.examples = examples

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, usage, what it does, options."""
        write_examples(self.examples, formatter)
        super().format_help(ctx, formatter)


class NearGroup(click.Group):
    """A group of commands; for one that it does not have it names those that are near."""

    def __init__(
        self,
        *args: Any,
        exit_codes: tuple[tuple[int, str], ...] = (),
        examples: Examples = (),
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.examples = examples
        self.exit_codes = exit_codes

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of that name."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            near = difflib.get_close_matches(name, self.list_commands(ctx))
            meant = f" Did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"No such command {name!r}.{meant}")
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The same as of a command, and the exit codes of all."""
        write_examples(self.examples, formatter)
        super().format_help(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The exit codes."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in self.exit_codes])
