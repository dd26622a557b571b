"""A process and all that it began: what they spend and what they hold, as the kernel counts it."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Family:
    """Looked at again and again; remembers what members spent that have ended."""

    def __init__(self, *pids: int) -> None:
        self._pids = pids
        #: Processor seconds, by process.
        self.spent: dict[int, float] = {}

    def look(self) -> list[int]:
        """The members now."""
        members = set(self._pids)
        for stat in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parent.name)):
            try:
                pid, rest = int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended while we looked
            if pid in members or int(rest[1]) in members:
                members.add(pid)
                self.spent[pid] = (int(rest[11]) + int(rest[12])) / _TICKS
        return sorted(members)

    @property
    def cpu(self) -> float:
        """Processor seconds of all of them, as of the last look."""
        return sum(self.spent.values())

    def megabytes(self) -> float:
        """Memory of all members; pages that several share are counted once."""
        return sum(_pss(pid) for pid in self.look()) / 1024

    def handles(self) -> int:
        """Open files and sockets of all members."""
        return sum(_handles(pid) for pid in self.look())


def _pss(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/smaps_rollup").read_text().partition("\nPss:")[2].split()[0])
    except (OSError, IndexError):
        return 0


def _handles(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0
