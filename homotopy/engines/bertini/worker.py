"""The process in which bertini2 runs, in an empty directory: reads ask.json, writes answer.json. Imports nothing of ours."""

import json
from pathlib import Path

import bertini


def main() -> None:
    """Solve the system in ask.json in adaptive precision."""
    ask = json.loads(Path("ask.json").read_text())
    bertini.recording(False)  # it would write its records into the working directory, and recall them
    n = ask["n"]
    x = [bertini.Variable(f"x{k + 1}") for k in range(n)]
    system = bertini.System()
    for group in ask["groups"]:
        system.add_variable_group([x[k] for k in group])
    for terms in ask["equations"]:
        total = None
        for exponents, coefficient in terms:
            term = bertini.coefficient(coefficient)  # exact text: floats are refused
            for k, power in exponents:
                term = term * (x[k] ** power if power > 1 else x[k])
            total = term if total is None else total + term
        system.add_function(total)
    order = [int(str(v)[1:]) - 1 for v in system.variable_ordering()]
    answer = bertini.solve(system, seed=ask["seed"], mptype="adaptive", show_progress=False)
    points = []
    for solution in answer:
        values = [complex(v) for v in solution]
        point = [(0.0, 0.0)] * n
        for k, z in zip(order, values, strict=True):
            point[k] = (z.real, z.imag)
        points.append(point)
    Path("answer.json").write_text(json.dumps({"version": bertini.__version__, "points": points}))


if __name__ == "__main__":
    main()
