"""Which chunks of a store this process is working on, told to other processes by locks on bytes of one file."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from pathlib import Path

LOCK_FILE = "chunks.lock"


class ChunkLocks:
    """Locks on numbered chunks; the kernel drops them when the process dies, however it dies.

    Locks only save work: where the file system has none, or something else stands in their place, nothing is locked, and
    two runs do the same work twice, with the same result. Two runs in one process do not see each other's locks.

    Parameters
    ----------
    path : Path
        An empty file, made if it can be; byte k is locked for chunk k. A link is not followed.
    """

    def __init__(self, path: Path) -> None:
        self._file: int | None = None
        with contextlib.suppress(OSError):
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
            if stat.S_ISREG(os.fstat(file).st_mode):
                self._file = file
            else:
                os.close(file)

    def take(self, chunk: int) -> bool:
        """Lock a chunk; False if another process has it."""
        if self._file is None:
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, chunk)
        except OSError as error:
            return error.errno not in (errno.EACCES, errno.EAGAIN)
        return True

    def release(self, chunk: int) -> None:
        """Unlock a chunk."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, chunk)

    def close(self) -> None:
        """Unlock all."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
