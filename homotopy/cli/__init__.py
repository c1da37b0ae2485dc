"""The command line. Data on stdout, progress and messages on stderr; no traceback for any user's mistake."""


def main() -> None:
    """Entry point of the console script."""
    import gc

    from homotopy.cli import interrupt

    interrupt.end_at_once()  # the imports below take their time
    gc.set_threshold(
        100_000, 20, 20
    )  # they make a million objects that stay, and Python would look through them 300 times
    from homotopy.cli.app import main_app

    main_app()
