"""Everything under ``blocklists/`` -> ``TermLists``, complaining with file and line."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from moderation.collector import collector_paused
from moderation.errors import TermListError
from moderation.terms import compiled
from moderation.terms.entries import (
    ALLOW_COLUMNS,
    ALLOW_NEEDED,
    TERM_COLUMNS,
    TERM_NEEDED,
    read_allowed,
    read_terms,
)
from moderation.terms.finding import Finding, Level
from moderation.terms.roster import ROSTER_FOLDER, Rosters, expand, gather
from moderation.terms.sheet import read_sheet
from moderation.terms.term import Allow, Term, TermLists

#: The lists that this product brings along; they lie beside the package, in the repository and installed.
SHIPPED_LISTS = Path(__file__).resolve().parents[2] / "blocklists"

#: Folders of ``blocklists/`` that hold no term lists: brand profiles and themes.
_FOREIGN_FOLDERS = frozenset({"brands", "themes"})
_ALLOW_FOLDER = "allow"
#: Words that say who someone is; allowed, and never entries by themselves.
IDENTITY_FOLDER = "allow/identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFile:
    """One list file as it lies on the disk."""

    #: Relative to the lists' folder: ``"profanity/en.csv"``.
    path: str
    #: As shown to people: ``"blocklists/profanity/en.csv"``.
    shown: str
    data: bytes

    @property
    def is_allow(self) -> bool:
        return self.path.startswith(f"{_ALLOW_FOLDER}/")

    @property
    def is_roster(self) -> bool:
        return self.path.startswith(f"{ROSTER_FOLDER}/")

    @property
    def id_prefix(self) -> str:
        return self.path.removesuffix(".csv") + "/"


@dataclass(slots=True, kw_only=True)
class ReadLists:
    """All files read entry by entry, with the place of each entry and with what could not be read."""

    #: Each with ``(file, line)``.
    blocked: list[tuple[tuple[str, int], Term]]
    allowed: list[tuple[tuple[str, int], Allow]]
    #: Words that phrases with a placeholder stand for; neither blocked nor allowed by this.
    rosters: list[tuple[tuple[str, int], Allow]]
    faults: list[Finding]

    def of_files(self, files: Iterable[ListFile]) -> dict[str, int]:
        """How many blocked entries, rosters written out, each file has; in the order in which they stand."""
        counts = Counter(file for (file, _line), _term in self.blocked)
        return {file.path: counts[file.shown] for file in files if file.shown in counts}


def load_lists(directory: Path | None = None, *, on: date | None = None, cache: Path | None = None) -> TermLists:
    """The term lists of a folder, from the compiled cache when it holds exactly these files.

    Args:
        directory: The shipped lists by default.
        on: Entries that expire before this day are left out; today by default.
        cache: Folder of compiled lists; by default ``MODERATION_CACHE_DIR``, else the user's cache folder.
            A damaged or unwritable cache costs time and nothing else.

    Raises:
        TermListError: The folder is missing or a line of a file cannot be used; the message begins with file
            and line.
    """
    with collector_paused():
        return without_expired(compile_files(list_files(directory or SHIPPED_LISTS), cache), on or date.today())


def compile_files(files: list[ListFile], cache: Path | None) -> TermLists:
    """The entries of these files, from the cache or read one by one; expired ones too. Raises ``TermListError``."""
    key = content_hash(files)
    lists = compiled.load(key, cache)
    if lists is None:
        read = read_files(files)
        if read.faults:
            raise TermListError(first_of(read.faults))
        lists = TermLists(
            blocked=tuple(term for _, term in read.blocked),
            allowed=tuple(allow for _, allow in read.allowed),
            version=key,
            of_files=read.of_files(files),
        )
        compiled.save(lists, cache)
    return lists


def load_file(path: Path) -> TermLists:
    """The entries of one list file, for comparing it; ``load_lists`` is for use.

    Raises:
        TermListError: A line cannot be used.
    """
    return compile_files([ListFile(path=path.name, shown=path.name, data=path.read_bytes())], None)


def list_files(directory: Path) -> list[ListFile]:
    """The list files of a folder, in the order of their paths.

    Raises:
        TermListError: The folder is missing, empty of lists, or a file cannot be opened.
    """
    if not directory.is_dir():
        raise TermListError(f"{directory}: there is no such folder. Give the folder that holds the term lists.")
    found = []
    for path in sorted(directory.rglob("*.csv")):
        relative = path.relative_to(directory).as_posix()
        if relative.split("/")[0] in _FOREIGN_FOLDERS:
            continue
        try:
            data = path.read_bytes()
        except OSError as error:
            raise TermListError(f"{path}:1: the file cannot be opened ({error.strerror}). Check its rights.") from error
        found.append(ListFile(path=relative, shown=f"{directory.name}/{relative}", data=data))
    if not found:
        raise TermListError(f"{directory}: holds no .csv file. Give the folder that holds the term lists.")
    return found


def content_hash(files: list[ListFile]) -> str:
    """Sixteen hex digits that change with any byte of any list, with its path, and with nothing else."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.path}\n{len(file.data)}\n".encode())
        digest.update(file.data)
    return digest.hexdigest()[:16]


def read_files(files: list[ListFile]) -> ReadLists:
    """Read every entry of every file; nothing is raised, what cannot be read is in ``faults``."""
    lists = ReadLists(blocked=[], allowed=[], rosters=[], faults=[])
    taken: dict[str, tuple[str, int]] = {}
    for file in files:
        if file.is_allow or file.is_roster:
            target = lists.rosters if file.is_roster else lists.allowed
            target.extend(((file.shown, line), allow) for line, allow in _allowed_of(file, lists.faults))
        else:
            lists.blocked.extend(((file.shown, line), term) for line, term in _terms_of(file, taken, lists.faults))
    rosters = gather(lists.rosters)
    lists.blocked = [each for place, term in lists.blocked for each in _expanded(place, term, rosters, lists.faults)]
    return lists


def _expanded(
    place: tuple[str, int], term: Term, rosters: Rosters, faults: list[Finding]
) -> Iterator[tuple[tuple[str, int], Term]]:
    try:
        yield from ((place, each) for each in expand(term, rosters))
    except KeyError as error:
        wanted = f"{ROSTER_FOLDER}/{error.args[0][0]}/{term.language}.csv"
        fact = f'"{term.term}" names a roster that does not exist.'
        advice = f"Add {wanted}, or write the phrase out."
        file, line = place
        faults.append(Finding(file=file, line=line, rule="roster", level=Level.FAULT, fact=fact, advice=advice))


def _terms_of(file: ListFile, taken: dict[str, tuple[str, int]], faults: list[Finding]) -> Iterator[tuple[int, Term]]:
    sheet = read_sheet(file.shown, file.data, known_columns=TERM_COLUMNS, needed_columns=TERM_NEEDED)
    yield from read_terms(sheet, file.id_prefix, taken)
    faults.extend(sheet.faults)


def _allowed_of(file: ListFile, faults: list[Finding]) -> Iterator[tuple[int, Allow]]:
    sheet = read_sheet(file.shown, file.data, known_columns=ALLOW_COLUMNS, needed_columns=ALLOW_NEEDED)
    yield from read_allowed(sheet)
    faults.extend(sheet.faults)


def first_of(faults: list[Finding]) -> str:
    more = f"\n{len(faults) - 1} more; `moderation lists lint` prints them all." if len(faults) > 1 else ""
    return f"{faults[0]}{more}"


def without_expired(lists: TermLists, day: date) -> TermLists:
    """The version names what has expired, too: one version always decides alike."""
    expired = [term.id for term in lists.blocked if term.expires and term.expires < day]
    if not expired:
        return lists
    gone = frozenset(expired)
    digest = hashlib.sha256("\n".join((lists.version, *expired)).encode()).hexdigest()[:16]
    return TermLists(
        blocked=tuple(term for term in lists.blocked if term.id not in gone),
        allowed=lists.allowed,
        version=digest,
    )
