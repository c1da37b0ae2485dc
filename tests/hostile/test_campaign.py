"""The campaign at its smallest size; `make hostile SIZE=..` runs more of it."""

import pytest

from tests.hostile.campaign import campaign
from tests.hostile.fuzz import main
from tests.hostile.kinds import KINDS


def test_damaged_files_end_in_errors_of_ours():
    assert main(seed=1, n=550) == 0


@pytest.mark.slow
@pytest.mark.phcpack
@pytest.mark.parametrize("kind", KINDS)
def test_no_attack_succeeds(kind, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tally,) = campaign([kind], size=1, seed=1)
    assert tally.trials and tally.wrong() == []
