"""Graphs of landscapes in the text files of other programs: pele and PATHSAMPLE, topsearch, GraphML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import networkx as nx

from homotopy.certification.hessian import log_abs_det_hessian
from homotopy.common.files import reason, write_result
from homotopy.errors import HomotopyError
from homotopy.graphs.landscape_graph import LandscapeGraph

FORMATS = ("pele", "topsearch", "graphml")


def export(graph: LandscapeGraph, form: str, output: str | Path) -> tuple[Path, ...]:
    """Write a graph in the form of another program.

    Parameters
    ----------
    graph : LandscapeGraph
    form : str
        pele (min.data and ts.data of PATHSAMPLE, with the coordinates in points.min.txt and points.ts.txt), topsearch
        (its dump_network: min.data, min.coords, ts.data, ts.coords, pairlist) or graphml.
    output : str or Path
        A folder for pele and topsearch, made if it does not exist; a file for graphml.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    HomotopyError
        For an unknown form, a folder whose files would be replaced, or a place that cannot be written.
    """
    check_target(form, output)
    target = Path(output)
    texts = {"pele": _pele, "topsearch": _topsearch}
    if form == "graphml":
        buffer = BytesIO()
        nx.write_graphml(_plain(graph), buffer)
        write_result(target, buffer.getvalue())
        return (target,)
    files = texts[form](graph)
    try:
        target.mkdir(exist_ok=True)
    except OSError as error:
        raise HomotopyError(f"{target} cannot be made ({reason(error)}).", "Choose another place.") from error
    for name, text in files.items():
        write_result(target / name, text.encode("ascii"))
    return tuple(target / name for name in files)


def check_target(form: str, output: str | Path) -> None:
    """Refuse early what :func:`export` would refuse: an unknown form, or a place where it must not write."""
    target = Path(output)
    if form not in FORMATS:
        raise HomotopyError(f"The export format {form[:40]!r} is unknown.", f"Use one of {', '.join(FORMATS)}.")
    if not target.absolute().parent.is_dir():
        raise HomotopyError(f"The folder of {target} does not exist.", "Make it, or choose another place.")
    if form != "graphml" and target.is_dir() and any((target / name).exists() for name in ("min.data", "ts.data")):
        # two landscapes must not be mixed in one data base
        raise HomotopyError(f"{target} holds a network already.", "Choose another folder.")


def _saddles(graph: LandscapeGraph) -> Iterator[tuple[int, int, int, float]]:
    """(saddle, place of a minimum, place of the other, energy), by number of the saddle."""
    place = {m: k for k, m in enumerate(graph.network)}
    edges = sorted(graph.network.edges(keys=True, data="energy"), key=lambda edge: edge[2])
    return ((s, place[a], place[b], e) for a, b, s, e in edges)


def _coordinates(graph: LandscapeGraph, number: int) -> str:
    return " ".join(repr(float(c.mid())) for c in graph.point(number).coordinates)


def _pele(graph: LandscapeGraph) -> Mapping[str, str]:
    """Energy, log of the product of the Hessian's eigenvalues, point group order, minima from 1, moments of inertia.

    The moments, which a polynomial landscape does not have, are written as 1, as pele writes them.
    """
    nodes = graph.network.nodes(data=True)
    missing = [m for m, data in nodes if data["log_det"] is None]
    if missing:
        raise HomotopyError(
            f"The determinant of the Hessian at minimum {missing[0]} is undecided.", "Export as topsearch."
        )
    saddles = list(_saddles(graph))
    widths = {s: _log_det(graph, s) for s, *_ in saddles}
    return {
        "min.data": _lines(f"{d['energy']!r} {d['log_det']!r} 1 1 1 1" for _, d in nodes),
        "ts.data": _lines(f"{e!r} {widths[s]!r} 1 {a + 1} {b + 1} 1 1 1" for s, a, b, e in saddles),
        "points.min.txt": _lines(_coordinates(graph, m) for m in graph.network),
        "points.ts.txt": _lines(_coordinates(graph, s) for s, *_ in saddles),
    }


def _log_det(graph: LandscapeGraph, saddle: int) -> float:
    census = graph.census
    value = log_abs_det_hessian(census.landscape, census.certificates[census.points[saddle].solution])
    if value is None:
        raise HomotopyError(f"The determinant of the Hessian at saddle {saddle} is undecided.", "Export as topsearch.")
    return float(value.mid())


def _topsearch(graph: LandscapeGraph) -> Mapping[str, str]:
    """Index and energy of minima, from 0; minima and energy of saddles.

    topsearch reads them into a simple graph: of several saddles between two minima the last line stays, so the lowest is
    written last.
    """
    saddles = sorted(_saddles(graph), key=lambda edge: -edge[3])
    return {
        "min.data": _lines(f"{k} {e!r}" for k, (_, e) in enumerate(graph.network.nodes(data="energy"))),
        "min.coords": _lines(_coordinates(graph, m) for m in graph.network),
        "ts.data": _lines(f"{a} {b} {e!r}" for _, a, b, e in saddles),
        "ts.coords": _lines(_coordinates(graph, s) for s, *_ in saddles),
        "pairlist": "",
    }


def _plain(graph: LandscapeGraph) -> nx.MultiGraph:
    """The network with plain attributes only, which GraphML can hold."""
    plain = nx.MultiGraph(model=graph.census.landscape.label, digest=graph.census.landscape.digest)
    for m, data in graph.network.nodes(data=True):
        plain.add_node(m, coordinates=_coordinates(graph, m), **{k: v for k, v in data.items() if v is not None})
    for a, b, s, data in graph.network.edges(keys=True, data=True):
        kept = {k: v for k, v in data.items() if k != "barriers"}
        plain.add_edge(a, b, key=s, saddle=s, coordinates=_coordinates(graph, s), **kept)
    return plain


def _lines(lines: Iterator[str]) -> str:
    return "".join(line + "\n" for line in lines)
