"""The command line. Data on stdout, progress and messages on stderr; no traceback for any user's mistake."""


def main() -> None:
    """Entry point of the console script."""
    from homotopy.cli import interrupt

    interrupt.end_at_once()  # the imports below take their time
    from homotopy.cli.app import main_app

    main_app()
