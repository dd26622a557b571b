"""``python -m moderation.toxicity.train``: make the default model from the named sources.

    T="python -m moderation.toxicity.train"
    $T prepare --data DIR --out .models/prepared
    for K in 0 1 2 3 4; do $T teach --prepared .models/prepared --fold $K --out .models/teacher-$K; done
    $T learn --prepared .models/prepared --teachers .models/teacher-* --rate 1.5e-4 --epochs 6 --seed 4 --out .models/run
    $T.publish --data DIR --run .models/run

DIR holds the labelled sources as ``train.jsonl.gz`` and ``test.jsonl.gz`` (named in docs/model-card.md). ``teach`` and ``learn``
need nothing but torch and transformers, and use a GPU when there is one: minutes there, hours on two processors. ``publish`` makes
the shipped pack of the run and chooses its thresholds. The model card says which settings made the pack that is here.
"""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moderation.toxicity.train.learn import Plan

log = logging.getLogger("moderation.toxicity.train")


def main() -> None:
    """Parse the arguments and do one step."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if arguments.step == "prepare":
        from moderation.toxicity.train.prepare import prepare

        log.info("%d rows", prepare(arguments.data, arguments.out, arguments.scale))
        return
    from moderation.toxicity.train import runs

    settings = runs.Settings(dropout=arguments.dropout, ours=arguments.ours)
    if arguments.step == "teach":
        runs.teach(arguments.prepared, _plan(arguments), settings, arguments.out, arguments.fold)
    else:
        taught = runs.read_taught(arguments.teachers) if arguments.teachers else None
        runs.learn(arguments.prepared, _plan(arguments), settings, arguments.out, taught)


def _plan(arguments: argparse.Namespace) -> "Plan":
    from moderation.toxicity.train.learn import Plan

    return Plan(**{name: getattr(arguments, name) for name in Plan.__dataclass_fields__ if name in arguments})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m moderation.toxicity.train", description=__doc__.splitlines()[0])
    steps = parser.add_subparsers(dest="step", required=True)
    made = steps.add_parser("prepare", help="rows, pruned vocabulary and starting weights into one folder")
    made.add_argument("--data", type=Path, required=True, help="folder with the labelled sources")
    made.add_argument("--out", type=Path, required=True, help="folder to write")
    made.add_argument("--scale", type=float, default=1.0, help="multiplies the generated rows")
    for name, what in (
        ("teach", "a run without one fold, and its opinion of that fold"),
        ("learn", "the model itself"),
    ):
        step = steps.add_parser(name, help=what)
        step.add_argument("--prepared", type=Path, required=True, help="folder that `prepare` wrote")
        step.add_argument("--out", type=Path, required=True)
        step.add_argument("--epochs", type=float, default=5.0)
        step.add_argument("--rate", type=float, default=1e-4)
        step.add_argument(
            "--decay", type=float, default=0.8, help="rate of a layer as a share of that of the next upper one"
        )
        step.add_argument("--batch-tokens", type=int, default=8_192, help="padded pieces of a batch")
        step.add_argument("--dropout", type=float, default=0.1, help="share of activations left out while training")
        step.add_argument("--hidden", type=float, default=0.05, help="share of pieces hidden while training")
        step.add_argument("--minutes", type=float, default=0.0, help="end by then, the rate lowered in time")
        step.add_argument("--seed", type=int, default=20)
        step.add_argument("--ours", type=float, default=1.0, help="share of the generated rows that an epoch sees")
        if name == "teach":
            step.add_argument("--fold", type=int, choices=range(5), required=True)
        else:
            step.add_argument("--teachers", type=Path, nargs="*", help="folders that `teach` wrote")
    return parser.parse_args()


if __name__ == "__main__":
    main()
