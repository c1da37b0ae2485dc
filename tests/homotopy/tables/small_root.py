"""A small data folder made of shipped tables, so that nothing has to be counted."""

import shutil
from pathlib import Path

from homotopy.tables.format.catalogue import data_root, write_catalogue

TABLES = ("polynomial-network__counts-complex", "published__tensors", "spherical-p-spin__p-5")


def small_root(place: Path) -> Path:
    for name in TABLES:
        shutil.copytree(data_root() / "tables" / name, place / "tables" / name)
    write_catalogue(place)
    return place
