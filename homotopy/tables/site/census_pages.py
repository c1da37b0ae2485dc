"""The pages of a saved census and of an ensemble."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from homotopy.common.wording import count_of
from homotopy.completeness.verdict import best_bound
from homotopy.counting.result import Census
from homotopy.ensembles.result import Ensemble
from homotopy.status import Verdict
from homotopy.tables.site.drawings import colour
from homotopy.tables.site.entries import Entry, unknowns_of
from homotopy.tables.site.folder import Names, SiteFolder
from homotopy.tables.site.listing import Field, count_command, listing, plain
from homotopy.tables.site.markup import Child, Markup, data_block, element, link
from homotopy.tables.site.measured import tile, unit_of
from homotopy.tables.site.sample_pages import FIELDS, SamplePage
from homotopy.tables.site.shell import command_block, facts, page, verdict_badge, weakest

MAX_ROWS, MAX_NUMBERS = 2000, 300_000  # samples and energies that a page lists: a few megabytes
_OUTCOMES = {Verdict.YES: "met", Verdict.NO: "VIOLATED", Verdict.UNDECIDED: "silent"}


def write_census(folder: SiteFolder, names: Names, source: str, census: Census, content: bytes) -> Entry:
    """The page of a saved census, with the file itself to be downloaded."""
    name = names.of(source.removesuffix(".json"))
    land = census.landscape
    folder.write(f"censuses/{name}.json", content)
    folder.write(f"censuses/{name}.html", page(land.label, list(_census(census, source, f"{name}.json")), depth=1))
    return Entry(
        land.label, "census", land.domain.n, _unit(census), census.n_complex, census.n_real, census.n_minima, 1, census.completeness.verdict.value, source,
        link("censuses", f"{name}.html"),
    )  # fmt: skip


def _census(census: Census, source: str, file: str) -> Iterator[Child]:
    land, report = census.landscape, census.completeness
    drawn = "explicit couplings" if land.seed is None else f"seed {land.seed}, sample {land.index}"
    yield element("h1", land.label, class_="label")
    yield element("p", verdict_badge(report.verdict.value), f" {report.reason}")
    yield element(
        "p",
        f"{drawn}; {count_of(land.domain.n, 'unknown')}; file {source}; landscape ",
        element("code", land.digest[:16]),
        class_="note",
    )
    least = best_bound(census.bounds, census.completeness)
    bound = "" if least is None else f"of {'' if least == census.n_complex else 'at most '}{least}"
    yield element(
        "dl",
        tile(f"complex {_unit(census) or 'solutions'}", str(census.n_complex), bound),
        tile("real points", str(census.n_real)),
        tile("minima", str(census.n_minima)),
        tile("lowest energy", census.points[0].energy.str(8, radius=False) if census.points else "none"),
        class_="tiles",
    )
    yield _census_figures(census)
    yield element("h2", "Certificate")
    yield element("p", element("a", "Download the census", href=link(file), download=True, class_="button"))
    yield command_block(f"stationary verify {link(file)}", *_again(census))
    yield element("h2", "What it rests on")
    yield _evidence(census)
    yield element("h2", "Points")
    yield _points(census)


def _unit(census: Census) -> str:
    return "classes" if census.landscape.formulation.points_per_class > 1 else ""


def _census_figures(census: Census) -> Markup:
    dimension = census.landscape.domain.dimension
    known = [p for p in census.points if p.index is not None]
    content = {
        "colours": [colour(k, dimension) for k in range(dimension + 1)],
        "energies": plain([float(p.energy.mid()) for p in known]),
        "indices": [p.index for p in known],
        "by_index": list(census.by_index.values()),
    }
    return element("div", data_block("levels-data", content), class_="figures levels", data_from="levels-data")


def _again(census: Census) -> tuple[str, ...]:
    land = census.landscape
    if land.seed is None:
        return ()
    return (
        " ".join(
            count_command(land.label, f"--seed {land.seed} --index {land.index} --solver-seed {census.run.solver_seed}")
        ),
    )


def _evidence(census: Census) -> Markup:
    lines = [
        element(
            "tr", element("td", _OUTCOMES[e.outcome], class_=f"outcome {_OUTCOMES[e.outcome]}"), element("td", str(e))
        )
        for e in census.completeness.evidence
    ]
    run = census.run
    more = facts(
        [
            ("points by index", " ".join(map(str, census.by_index.values()))),
            ("paths", str(census.paths)),
            (
                "run",
                f"{run.engine} {run.engine_version} ({run.transport}), start {run.start}, precision {run.precision}, solver seed {run.solver_seed}",
            ),
            (
                "Euler characteristic",
                "found {1}, expected {0}".format(*("none" if v is None else v for v in census.euler)),
            ),
            *[("bound", str(b)) for b in census.bounds[:3]],
        ]
    )
    return element("div", element("div", element("table", element("tbody", lines)), class_="wide"), more)


def _points(census: Census) -> Markup:
    variables = census.landscape.variables
    fields = [
        Field("point", "point"),
        Field("index", "index", filter="range"),
        Field("energy", "energy", filter="range"),
    ]
    fields += [Field(f"x{k}", name, hint="coordinate") for k, name in enumerate(variables)]
    rows: list[list[Any]] = [
        [k, p.index, float(p.energy.mid()), *(float(c.mid()) for c in p.coordinates)]
        for k, p in enumerate(census.points, 1)
    ]
    return listing("points", fields, rows, noun="points")


def write_ensemble(folder: SiteFolder, names: Names, source: str, ensemble: Ensemble) -> Entry:
    """The page of an ensemble."""
    name = names.of(source)
    rows = _records(ensemble)
    about = f"Ensemble {source}, seed {ensemble.seed}, digest {ensemble.digest[:16]}."
    made = SamplePage(ensemble, ensemble.seed, rows, None, "", {}, about)
    folder.write(f"ensembles/{name}.html", made.html([], 1))
    return Entry(
        ensemble.label, "ensemble", unknowns_of(ensemble.label), unit_of(ensemble), int(ensemble.found["n_complex"].max(initial=0)), ensemble.mean("n_real").range[0],
        ensemble.mean("n_minima").range[0], ensemble.n_planned, weakest(list(made.verdicts())), source, link("ensembles", f"{name}.html"),
    )  # fmt: skip


def _records(ensemble: Ensemble) -> list[dict[str, Any]]:
    """The records of the first samples, as the rows of tables."""
    stored = [f.name for f in FIELDS if f.name != "lowest_energy"]
    rows: list[dict[str, Any]] = []
    n_numbers = 0
    for table in ensemble.store.records(stored):
        for record in table.to_pylist():
            energies = record["energies"]
            n_numbers += len(energies or ())
            if len(rows) >= MAX_ROWS or n_numbers > MAX_NUMBERS:
                return rows
            bound = record["bound"]
            rows.append(
                {
                    **record,
                    "lowest_energy": energies[0] if energies else None,
                    "bound": None if bound is None else int(bound),
                }
            )
    return rows
