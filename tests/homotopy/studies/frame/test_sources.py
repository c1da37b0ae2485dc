"""Every verdict on a published sentence is traced to the paper on the page of sources."""

from pathlib import Path

from homotopy.studies.archetypes.claims import _ENDS, _LIKE_GLASS
from homotopy.studies.assumptions.bad_saddles import ALL_GLOBAL, BAD_SADDLES
from homotopy.studies.clustering.tables import DEEPER
from homotopy.studies.depth.measure import CLAIMS
from homotopy.studies.layering.climbs import CLIMB, FLAT
from homotopy.studies.layering.crossings import OUTNUMBER

PAGE = Path(__file__).parents[4] / "docs" / "studies" / "sources.md"


def test_the_claims_of_papers_have_their_sources():
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    cited = " ".join(row[1] for row in rows)
    for statement in (
        *(c[0] for c in CLAIMS),
        DEEPER,
        ALL_GLOBAL,
        BAD_SADDLES,
        OUTNUMBER,
        CLIMB,
        FLAT,
        *(c[0] for c in _LIKE_GLASS),
        _ENDS["l2"][0][0],
    ):
        assert statement in cited, statement
    for word in (
        "with rectified units",
        "hidden units",
        "with depth, with fewer data",
        "band below -E_inf",
        "single funnel",
    ):
        assert word in cited
    ways = {row[4].strip() for row in rows[1:]}
    assert ways <= {"abstract", "text", "second hand"} and len(rows) > 10
