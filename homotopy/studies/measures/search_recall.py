"""What basin hopping and searches for transition states find of an exactly known landscape, as their budget grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from homotopy.certification.symmetry_action import first_of_orbit, images
from homotopy.counting.count import census
from homotopy.errors import HomotopyError
from homotopy.graphs.overlaps import Symmetries, distinct
from homotopy.searches import basin_hopping, recall, transition_states
from homotopy.status import Completeness
from homotopy.studies.archetypes.series import sample
from polysys.errors import PolysysError

HOPS = 10  # of each run of basin hopping
_RANDOM = 10  # searches for saddles in random directions from each minimum, beside those along its modes


def search_recall(item: Sequence[Any]) -> dict[str, Any]:
    """Recall of minima and index-1 saddles modulo symmetry for each budget, on one landscape.

    Parameters
    ----------
    item : (label, l2, seed, index, budgets)
        A budget is a number of runs of basin hopping; from every different minimum that these find, eigenvector following
        leaves along each mode to both sides, and in ten random directions.

    Returns
    -------
    dict
        `minima` and `saddles`: how many orbits there are; `budgets`: for each budget the orbits found, the evaluations, and end points at
        no stationary point.
    """
    label, l2, seed, index, budgets = item
    try:
        land = sample(label, l2, seed, index)
        found = census(land)
        if found.completeness.verdict not in (Completeness.PROVED, Completeness.SUPPORTED):
            return {"open": f"census {found.completeness.verdict.value}"}
        where = np.array([[float(c.mid()) for c in p.coordinates] for p in found.points])
        orbit = first_of_orbit(images(where, land.symmetry.generators))
        kind = np.array([-1 if p.index is None else p.index for p in found.points])
        nobody = Symmetries(np.arange(land.domain.n)[None, :], np.ones((1, land.domain.n)))
        rows = []
        for budget in budgets:
            hopping = basin_hopping(land, starts=budget, seed=index, hops=HOPS)
            different = hopping.points[distinct(hopping.points, nobody)]
            starts = (2 * land.domain.dimension + _RANDOM) * max(1, len(different))
            following = transition_states(land, starts=starts, seed=index, minima=different if len(different) else None)
            of_minima, of_saddles = recall(found, hopping), recall(found, following)
            rows.append(
                {
                    "runs": budget,
                    "minima": len(set(orbit[(of_minima.hits > 0) & (kind == 0)].tolist())),
                    "saddles": len(set(orbit[(of_saddles.hits > 0) & (kind == 1)].tolist())),
                    "evaluations": hopping.n_evaluations,
                    "evaluations_saddles": following.n_evaluations,
                    "false": of_minima.n_false + of_saddles.n_false,
                    "unlisted": of_minima.n_unlisted + of_saddles.n_unlisted,
                }
            )
        return {
            "minima": len(set(orbit[kind == 0].tolist())),
            "saddles": len(set(orbit[kind == 1].tolist())),
            "budgets": rows,
        }
    except (HomotopyError, PolysysError) as error:
        return {"open": str(error)}
