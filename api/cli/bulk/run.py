"""Runs a job on Daft: in this machine's processes, or on a Ray cluster; goes on where an earlier run was stopped."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import typer

from api.cli.bulk.folder import Folder
from api.cli.bulk.plan import Job
from api.cli.bulk.screener import Screener
from api.errors import BulkRefused

Runner = Literal["native", "ray"]

#: Daft and Ray would tell their makers that they were used; an order's whereabouts are nobody's business.
SILENT = {"DO_NOT_TRACK": "true", "DAFT_ANALYTICS_ENABLED": "0", "RAY_USAGE_STATS_ENABLED": "0"}

MANIFEST = "job.json"


def start(runner: Runner, workers: int | None, address: str | None) -> int:
    """Choose where everything runs, once and before anything else; how many workers there shall be."""
    daft = _daft()
    if runner == "native":
        return workers or len(os.sched_getaffinity(0))
    try:
        import ray
    except ImportError:
        raise typer.BadParameter("--runner ray needs Ray. Run: pip install 'moderation[ray]'") from None
    # On this machine no more processes than workers are begun, and no dashboard.
    begun = {"address": address} if address else {"num_cpus": workers, "include_dashboard": False}
    try:
        ray.init(**begun, log_to_driver=False, ignore_reinit_error=True, runtime_env={"env_vars": SILENT})
    except Exception as error:
        # Of many kinds: an address of no cluster, one that does not answer, another version there, a part that is not installed.
        raise BulkRefused(f"No Ray cluster can be had at {address or 'this machine'}: {error}") from None
    daft.set_runner_ray(noop_if_initialized=True)
    return workers or int(ray.cluster_resources()["CPU"])


def find_files(patterns: Iterable[str]) -> list[str]:
    """The files that the patterns name: in the order of the patterns, each pattern's by name, none twice.

    Raises:
        BulkRefused: A pattern names no file.
    """
    daft = _daft()
    found: dict[str, None] = {}
    for pattern in patterns:
        # Daft finds nothing for a pattern without a directory, and a plan names files that every worker finds.
        place = pattern if "://" in pattern else str(Path(pattern).absolute())
        if "://" not in pattern and Path(place).is_file():
            found[place] = None  # its name may hold what a pattern is made of
            continue
        try:
            listed = daft.from_glob_path(place).to_pydict()["path"]
        except Exception as error:
            # What Daft says where nothing matches is about its own insides.
            cause = "nothing matches it" if "Need at least 1 MicroPartition" in str(error) else error
            raise BulkRefused(f"No file can be found for {pattern}: {cause}. Check the path or the pattern.") from None
        found |= dict.fromkeys(sorted(path.removeprefix("file://") for path in listed))
    return list(found)


class Run:
    """One run of a job: all that is not finished yet."""

    def __init__(self, job: Job, folder: Folder) -> None:
        """
        Raises:
            BulkRefused: The folder holds another job's answers, or something else.
        """
        self._folder = folder
        try:
            folder.make()
            names = folder.names()
        except OSError as error:
            raise BulkRefused(f"{folder.address} cannot be used: {error}. Mend it, or name another --output.") from None
        self._is_new = MANIFEST not in names
        self.job = job if self._is_new else self._continued(job)
        finished = {number for number in range(len(job.parts)) if job.name_of(number) in names}
        if self._is_new and finished:
            raise BulkRefused(f"{folder.address} holds answers without a {MANIFEST}. Use an empty directory.")
        if self._is_new:
            self._write_manifest()
        #: Numbers of the parts that this run has to do.
        self.open = [number for number in range(len(job.parts)) if number not in finished]

    def _continued(self, job: Job) -> Job:
        known = Job.from_json(json.loads(self._folder.read(MANIFEST)))
        for what in ("policy", "format", "defaults", "parts"):
            if getattr(known, what) != getattr(job, what):
                told = "files are not the same" if what == "parts" else f"{what} was {getattr(known, what)}"
                raise BulkRefused(
                    f"{self._folder.address} holds answers of another job: its {told}. Use an empty directory."
                )
        return known

    def _write_manifest(self) -> None:
        with self._folder.writing(MANIFEST) as path:
            path.write_text(json.dumps(self.job.to_json(), indent=1), "utf-8")

    def screen(self, runner: Runner, workers: int) -> Iterator[tuple[int, Counter[str]]]:
        """Do what is open; each part's number and counts, as soon as it is finished.

        Raises:
            BulkRefused: A worker decides by other lists or another model than the parts that are finished.
        """
        if not self.open:
            return
        daft = _daft()
        workers = min(workers, len(self.open))
        made = daft.cls(Screener, use_process=runner == "native", max_concurrency=workers)(self.job, self._folder)
        numbers = daft.from_pydict({"part": self.open}).into_batches(1)  # or one worker would take them all
        for said in _said(numbers.select(made.screen(daft.col("part")).alias("said"))):
            self._check_versions(said)
            yield said["part"], Counter(said["counts"])
        missing = {self.job.name_of(number) for number in self.open} - self._folder.names()
        if missing:
            raise BulkRefused(
                f"{len(missing)} finished parts are not in {self._folder.address}: the workers have another directory of "
                "this name. Give one that all machines share, or an address such as s3://bucket/path."
            )
        self._folder.sweep()

    def _check_versions(self, said: dict[str, Any]) -> None:
        if not self.job.versions:
            self.job = replace(self.job, versions=said["versions"])
            self._write_manifest()
        if self.job.versions == said["versions"]:
            return
        if "counts" in said:
            self._folder.remove(self.job.name_of(said["part"]))
        raise BulkRefused(
            f"The parts in {self._folder.address} were decided by {self.job.versions}, a worker has {said['versions']}. "
            "Put the same lists and model everywhere, or use an empty directory to decide on all anew."
        )


def _said(frame: Any) -> Iterator[dict[str, Any]]:
    rows = frame.iter_rows()
    while True:
        try:
            row = next(rows, None)
        except Exception as error:
            raise BulkRefused(
                f"A worker stopped: {error}\nWhat is finished is kept. Mend it; the same command goes on from there."
            ) from None
        if row is None:
            return
        yield json.loads(row["said"])


def count_outcomes(folder: Folder, job: Job, numbers: Iterable[int]) -> Counter[str]:
    """The outcomes in parts that were finished before."""
    from api.cli.records import read_answers

    counts: Counter[str] = Counter()
    for number in numbers:
        name = job.name_of(number)
        try:
            answers = list(read_answers(name, folder.read(name)))
        except (OSError, ValueError) as error:
            raise BulkRefused(
                f"{name} in {folder.address} cannot be read: {error}. Delete it; the same command makes it anew."
            ) from None
        counts.update(answer.get("outcome") or "error" for answer in answers)
    return counts


def _daft() -> Any:
    os.environ.update(SILENT)
    try:
        import daft
    except ImportError:
        raise typer.BadParameter("Many files need Daft. Run: pip install 'moderation[bulk]'") from None
    return daft
