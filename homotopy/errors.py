"""Errors of homotopy: each says in one sentence what is wrong and in one the way out."""

from polysys.errors import PolysysError


class HomotopyError(PolysysError):
    """Base of all errors raised by homotopy."""


class EngineMissingError(HomotopyError):
    """An engine that is not installed (exit code 3 on the command line)."""


class EngineCrashError(HomotopyError):
    """An engine's process died, or printed what cannot be read, after all retries."""


class EngineTimeoutError(HomotopyError):
    """An engine did not answer within its time limit."""


class EngineEmptyError(HomotopyError):
    """An engine answered with an empty list where its own root count is positive."""


class StartSetError(HomotopyError):
    """Runs that should find all solutions of a start member and do not agree on how many there are."""


class CensusFileError(HomotopyError):
    """A saved census that is truncated, altered, foreign or of a newer format."""


class TableError(HomotopyError):
    """A reference table that is missing, damaged, altered, foreign or of a newer format."""


class SiteError(HomotopyError):
    """A folder that a site cannot be written into, or a site that would show nothing."""


class StoreError(HomotopyError):
    """An ensemble's store that cannot be used, read or written."""


class StoreWriteError(StoreError):
    """Records that could not be written: a full disk, a quota, a file system that became read-only."""


class WorkerStartError(HomotopyError):
    """Worker processes that do not start, or executors that lost what was handed to them."""


class SpaceTooLargeError(HomotopyError):
    """A discrete space whose enumeration needs more memory than there is; the message says how much."""
