"""Programs about ``pipeline`` and ``finished``: streams joined in a row, and watched."""

from __future__ import annotations

from tests.fuzz_node.generators.choices import Choices
from tests.fuzz_node.generators.streams import Streams
from tests.fuzz_node.programs import Program, Step, Value, object_named

ROWS = {
    "rw": 5, "rtw": 6, "rpw": 3, "rd": 2, "dw": 2, "rttw": 2, "tw": 1, "rt": 2, "dd": 1, "rtd": 1,
}  # fmt: skip


class Pipelines(Streams):
    """Draws the steps of one program."""

    def draw(self) -> Program:
        """A whole program."""
        choices = self.choices
        names: list[str] = []
        row: str = choices.weighted(ROWS)
        steps: list[Step] = []
        for number, letter in enumerate(row):
            names.append(f"{letter}{number + 1}")
            steps += self.new_stream(letter, names[-1])
        watched: list[Step] = [
            self._finished(choices.one_of(*names))
            for _ in range(choices.weighted({0: 3, 1: 3, 2: 1}))
        ]
        before = self.steps(choices.weighted({0: 5, 1: 2, 2: 1}))
        joined = [self._pipeline(names)] if choices.chance(88) else []
        order = [*watched, *joined] if choices.chance(60) else [*joined, *watched]
        steps += [*before, *order, *self.steps(choices.number_from(0, 4))]
        if choices.chance(60):
            steps.append(["later", *self._when(), self.steps(choices.number_from(1, 4))])
        return choices.program(steps)

    def _callback(self, prefix: str) -> Value:
        choices = self.choices
        count = choices.weighted({0: 6, 1: 2})
        return choices.make_function(lambda: self.steps(count), prefix=prefix, times=2)

    def _pipeline(self, names: list[str]) -> Step:
        choices = self.choices
        streams = [object_named(name) for name in names]
        if choices.chance(4):
            return ["apply", None, "stream.pipeline", streams]
        options = [{"end": False}] if choices.chance(8) else []
        return ["apply", None, "stream.pipeline", [*streams, *options, self._callback("done")]]

    def _finished(self, name: str) -> Step:
        choices = self.choices
        options: dict[str, Value] = {}
        for key in ("readable", "writable", "error", "cleanup"):
            if choices.chance(12):
                options[key] = choices.chance(35)
        args = [options] if options else []
        return [
            "apply",
            None,
            "stream.finished",
            [object_named(name), *args, self._callback("over")],
        ]


def pipeline_program(choices: Choices) -> Program:
    """One program about pipelines."""
    return Pipelines(choices).draw()
