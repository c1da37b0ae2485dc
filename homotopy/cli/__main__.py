"""``python -m homotopy.cli`` is the command stationary."""

from homotopy.cli import main

main()
