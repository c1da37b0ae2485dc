"""The command line. Data on stdout, progress and messages on stderr; no traceback for any user's mistake."""

LEAST_MIB = 768  # of address space: with less, OpenBLAS and LLVM abort or wait without end while they are loaded


def main() -> None:
    """Entry point of the console script."""
    import gc
    import os
    import resource

    from homotopy.cli import interrupt

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < LEAST_MIB << 20:
        raise SystemExit(
            f"stationary: {limit >> 20} MiB of address space do not suffice. Allow {LEAST_MIB} at least (ulimit -v)."
        )

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # our matrices are small, and BLAS's threads wait for work by running
    interrupt.end_at_once()  # the imports below take their time
    gc.set_threshold(500_000, 20, 20)  # loading libraries makes a quarter of a million objects, and they stay
    try:
        from homotopy.cli.app import main_app
    except (ImportError, MemoryError) as error:  # for want of memory, or because an installation is damaged
        raise SystemExit(f"stationary: A library cannot be loaded ({last_line(error)}).") from None
    main_app()


def last_line(error: BaseException) -> str:
    """What an error of a library comes to: its last line, and its kind if it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1][:200]
