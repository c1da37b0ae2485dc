"""Which parts of a common task this process is working on, told to other processes by locks on bytes of one file."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from pathlib import Path


class Claims:
    """Claims on numbered parts; the kernel drops them when the process dies, however it dies.

    Claims only save work: where the file system has no locks nothing is claimed, and two runs do the same work twice,
    with the same result. Two runs in one process do not see each other's claims.

    Parameters
    ----------
    path : Path
        An empty file, made if it can be; byte k is locked for part k.
    """

    def __init__(self, path: Path) -> None:
        self._file: int | None = None
        with contextlib.suppress(OSError):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)

    def take(self, part: int) -> bool:
        """Claim a part; False if another process has it."""
        if self._file is None:
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, part)
        except OSError as error:
            return error.errno not in (errno.EACCES, errno.EAGAIN)
        return True

    def release(self, part: int) -> None:
        """Give a part back."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, part)

    def close(self) -> None:
        """Give all back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
