"""Help pages: they begin with examples, which are commands as they are, and fit a terminal."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from anynet.cli.commands import command
from anynet.cli.help import ExampleCommand

COMMANDS = [each for each in command.commands.values() if isinstance(each, ExampleCommand)]


def page_of(each: click.Command) -> str:
    with click.Context(each, info_name=f"anynet {each.name}") as context:
        return each.get_help(context)


@pytest.mark.parametrize("each", COMMANDS, ids=lambda each: each.name)
def test_a_page_begins_with_examples_and_fits(each: ExampleCommand) -> None:
    page = page_of(each)
    assert page.startswith("Examples:\n  ")
    assert max(map(len, page.splitlines())) <= 80
    assert all(option.help for option in each.params if isinstance(option, click.Option))


@pytest.mark.parametrize("each", COMMANDS, ids=lambda each: each.name)
def test_the_options_of_its_examples_exist(each: ExampleCommand) -> None:
    known = {name for option in each.params for name in option.opts}
    shown = 0
    for example, _ in each.examples:
        for part in re.split(r" \| | && ", example):
            words = shlex.split(part)
            if words[:2] == ["anynet", each.name]:
                shown += 1
                used = {word for word in words[2:] if re.match(r"--?[a-z46]", word)}
                assert used <= known
    assert shown


def test_the_group_has_all_commands_and_the_exit_codes() -> None:
    page = page_of(command)
    for each in COMMANDS:
        assert f"  {each.name} " in page
    assert re.search(r"^Exit codes:$", page, re.MULTILINE)
    for code in (0, 1, 2, 3, 4, 5, 6, 7, 130, 141):
        assert re.search(rf"^  {code} ", page, re.MULTILINE)
