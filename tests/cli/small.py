"""Bulk screening with detectors that are easy to predict, in worker processes and in a command that is to be killed."""

import os
import sys
import time
from pathlib import Path

import api.cli.bulk.plan
import api.cli.bulk.run
import moderation.pipeline
from api.cli.app import app
from api.cli.bulk.screener import Screener
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from tests.words import WordDetector


def small_pipeline(**_):
    return Pipeline((WordDetector(),), load_policies(), {"lists": "l", "brands": "b", "model": "m"})


class SmallScreener(Screener):
    """Notes each process that loads a pipeline, and each part; may be slow, or fail at a part."""

    def __init__(self, job, folder):
        moderation.pipeline.build_pipeline = small_pipeline
        super().__init__(job, folder)
        self._note("loaded")

    def screen(self, number: int) -> str:
        self._note(f"part {number}")
        if os.environ.get("SMALL_FAILS_AT") == str(number):
            raise RuntimeError("the worker fell over")
        time.sleep(float(os.environ.get("SMALL_SECONDS", "0")))
        return super().screen(number)

    def _note(self, what):
        if "SMALL_NOTES" in os.environ:
            with Path(os.environ["SMALL_NOTES"]).open("a") as notes:
                notes.write(f"{os.getpid()} {what}\n")


if __name__ == "__main__":
    api.cli.bulk.run.Screener = SmallScreener
    api.cli.bulk.plan.ROWS_PER_PART = 10
    app(sys.argv[1:])
