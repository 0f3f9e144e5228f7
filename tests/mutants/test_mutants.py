"""The mutants are what they are called, the same for a seed, and noticed by a test that looks."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.catalogue import ROOT, all_mutants, file_of, modules, own_tests, sample
from tests.mutants.known import SURVIVORS
from tests.mutants.mutating import mutants_of, mutated

SOURCE = '''
"""A module."""
LIMIT: int = 5

def small(number: int) -> bool:
    """Whether it is."""
    if not number < LIMIT:
        raise ValueError(f"{number} is more than {LIMIT}")
    return number >= 0 and number != 3
'''
#: Prints what becomes of a mutant, and of the code as it is. In a process that has no anynet yet.
PROGRAM = """
import json
from tests.mutants.catalogue import mutants_of, file_of, own_tests
from tests.mutants.running import run
module = "anynet._rules.policy.attempts"
mutant = next(mutants_of(module, file_of(module).read_text()))
print(json.dumps([run(None, own_tests(module)), run(mutant, own_tests(module))]))
"""


def test_one_thing_is_changed_at_a_time() -> None:
    found = {(each.before, each.after): each for each in mutants_of("m", SOURCE)}
    changes = {
        ("number < LIMIT", "number <= LIMIT"),
        ("not number < LIMIT", "number < LIMIT"),
        ("number != 3", "number == 3"),
        ("number >= 0 and number != 3", "number >= 0 or number != 3"),
        ("0", "1"),
        ("5", "6"),
    }
    assert changes <= set(found)
    mutant = found["number < LIMIT", "number <= LIMIT"]
    assert mutant.name.startswith("m:small: number < LIMIT -> number <= LIMIT in if not number <")
    expected = SOURCE.replace("number < LIMIT", "number <= LIMIT")
    assert ast.unparse(mutated(SOURCE, mutant.number)) == ast.unparse(ast.parse(expected))


def test_a_sample_is_the_same_for_its_seed() -> None:
    assert sample(20, 1) == sample(20, 1) != sample(20, 2)


def test_every_module_has_tests_of_its_own() -> None:
    for module, file in modules():
        assert file_of(module) == file
        for path in own_tests(module):
            assert Path(ROOT, path).exists(), path


def test_the_reasons_are_of_mutants_that_there_are() -> None:
    """Code that changed has other mutants: their reasons are to be found anew."""
    names = {each.name for each in all_mutants()}
    assert set(SURVIVORS) <= names


@pytest.mark.timeout(300)  # The tests of a module, twice, in a process of their own.
def test_a_mutant_is_noticed() -> None:
    command = (sys.executable, "-c", PROGRAM)
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == ["survived", "killed"]
