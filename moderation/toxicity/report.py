"""Measure the compiled default model on rows that it never saw, and write docs/model-card.md."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moderation.toxicity.charts import Panel, draw
from moderation.toxicity.compile import compile_default
from moderation.toxicity.compiled import read_compiled
from moderation.toxicity.engines import OnnxEngine
from moderation.toxicity.groups import impartial_scores
from moderation.toxicity.heldout import SHORT, Scored, family_rows, labelled_rows, score
from moderation.toxicity.measures import auc, average_precision, calibration_error, reliability
from moderation.toxicity.outcomes import Thresholds, refused, stopped, swap_parity
from moderation.toxicity.pack import Pack, read_pack
from moderation.toxicity.scores import CLASSES
from moderation.toxicity.train import families


def write_report(data: Path, output: Path, directory: Path | None = None) -> None:
    """Score everything, write the card and its pictures.

    Args:
        data: Folder with the labelled sources.
        output: The card; pictures go into a folder of its name without ending.

    Raises:
        ModelError: The model or the data cannot be read.
    """
    pack = read_pack()
    folder = compile_default(directory)
    engine = OnnxEngine(folder)
    # Orders are read as the product reads them; the labelled sources are about the model.
    ask = impartial_scores(engine)
    made, labelled = score(family_rows("report"), ask), score(labelled_rows(data, "report"), engine.scores)
    pictures = output.with_suffix("")
    pictures.mkdir(parents=True, exist_ok=True)
    (pictures / "reliability.svg").write_text(_reliability_chart(_joined(made, labelled)), encoding="utf-8")
    (pictures / "thresholds.svg").write_text(_threshold_chart(pack), encoding="utf-8")
    text = (Path(__file__).parent / "model_card.txt").read_text(encoding="utf-8")
    compiled = read_compiled(folder)
    for mark, content in {
        "VERSION": f"`{engine.version}` (compiled file), pack `{pack.sha256[:12]}`, weights `{str(pack.about['weights_sha256'])[:12]}`",
        "RUN": _run(pack),
        "BARS": _bars(made, labelled, engine.thresholds),
        "FAMILIES": _families(made, engine.thresholds),
        "SOURCES": _sources(labelled, engine.thresholds),
        "CLASSES": _classes(_joined(made, labelled)),
        "THRESHOLDS": _thresholds(engine.thresholds),
        "PARITY": _parity(engine),
        "EXPORT": f"On {20} probe texts the fp32 export differs from Detoxify (torch) by at most {compiled.parity_fp32:.1e}, the served int8 file by {compiled.parity:.3f}.",
        "ROWS": _rows(),
    }.items():
        text = text.replace(f"<!--{mark}-->", content)
    output.write_text(text, encoding="utf-8")


def _joined(one: Scored, other: Scored) -> Scored:
    return Scored(
        rows=[*one.rows, *other.rows],
        scores={name: np.concatenate([one.scores[name], other.scores[name]]) for name in one.scores},
    )


def _percent(values: NDArray[np.bool_]) -> str:
    return f"{100 * float(np.mean(values)):.1f} %" if len(values) else "none"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _bars(made: Scored, labelled: Scored, thresholds: Thresholds) -> str:
    short = made.where(lambda row: len(row.text) <= SHORT)
    said = short.where(lambda row: not row.source.startswith("coded_hate"))
    identity = made.where(
        lambda row: row.source.startswith(("identity_clean", "counter_speech")) and not row.labels["toxicity"]
    )
    wiki, abuse = labelled.of("wiki_toxicity"), labelled.of("convabuse")
    over, said_over = stopped(short, thresholds), stopped(said, thresholds)
    return _table(
        ("what", "bar", "measured", "rows"),
        [
            (
                "short clean messages stopped",
                "at most 3 %",
                _percent(over[~short.harmful]),
                int((~short.harmful).sum()),
            ),
            (
                "short clean messages rejected",
                "as few as possible",
                _percent(refused(short, thresholds)[~short.harmful]),
                int((~short.harmful).sum()),
            ),
            (
                "short harmful messages stopped, all families",
                "at least 92 %",
                _percent(over[short.harmful]),
                int(short.harmful.sum()),
            ),
            ("the same without coded hate", "", _percent(said_over[said.harmful]), int(said.harmful.sum())),
            (
                "clean identity statements and counter-speech stopped",
                "at most 3 %",
                _percent(stopped(identity, thresholds)),
                len(identity.rows),
            ),
            (
                "AUC, unseen Wikipedia set",
                "at least .94",
                f"{auc(wiki.scores['toxicity'], wiki.harmful):.4f}",
                len(wiki.rows),
            ),
            (
                "AUC, ConvAbuse test split",
                "at least .95",
                f"{auc(abuse.scores['toxicity'], abuse.harmful):.4f}",
                len(abuse.rows),
            ),
        ],
    )


def _families(made: Scored, thresholds: Thresholds) -> str:
    rows = []
    for source in sorted({row.source for row in made.rows}):
        part = made.of(source).where(lambda row: len(row.text) <= SHORT)
        if part.rows:
            kind = "harmful" if part.harmful[0] else "clean"
            rows.append(
                (source, kind, len(part.rows), _percent(stopped(part, thresholds)), _percent(refused(part, thresholds)))
            )
    return _table(("family", "kind", "rows", "stopped", "rejected"), rows)


def _sources(labelled: Scored, thresholds: Thresholds) -> str:
    rows = []
    for source in sorted({row.source for row in labelled.rows}):
        part = labelled.of(source)
        over = stopped(part, thresholds)
        area, precision = (
            auc(part.scores["toxicity"], part.harmful),
            average_precision(part.scores["toxicity"], part.harmful),
        )
        rows.append(
            (
                source,
                len(part.rows),
                *("one kind only" if np.isnan(value) else f"{value:.4f}" for value in (area, precision)),
                _percent(over[~part.harmful]),
                _percent(over[part.harmful]),
            )
        )
    return _table(("source", "rows", "AUC", "AP", "clean stopped", "harmful stopped"), rows)


def _classes(scored: Scored) -> str:
    rows = []
    for name in CLASSES:
        labels = scored.labels(name)
        known = ~np.isnan(labels)
        scores = scored.scores[name][known]
        rows.append(
            (
                name,
                int(known.sum()),
                int((labels[known] >= 0.5).sum()),
                f"{auc(scores, labels[known]):.4f}",
                f"{average_precision(scores, labels[known]):.4f}",
                f"{calibration_error(reliability(scores, labels[known])):.3f}",
            )
        )
    return _table(("class", "rows with a label", "positive", "AUC", "AP", "calibration error"), rows)


def _thresholds(thresholds: Thresholds) -> str:
    return _table(
        ("class", "review from", "reject from"),
        [(name, f"{each.review:.3f}", f"{each.reject:.3f}") for name, each in thresholds.items()],
    )


def _parity(engine: OnnxEngine) -> str:
    median, changed, pairs = swap_parity(impartial_scores(engine), engine.thresholds)
    alone_median, alone_changed, _ = swap_parity(engine.scores, engine.thresholds)
    return (
        f"Over {pairs} pairs of texts that differ in one identity word only (held-back frames), toxicity differs by {median:.4f} at the median "
        f"(bar: less than 0.1), and {100 * changed:.1f} % of the pairs get another outcome (bar: less than 2 %). "
        f"The model alone, without stand-ins: {alone_median:.4f} and {100 * alone_changed:.1f} %."
    )


def _run(pack: Pack) -> str:
    run = dict(pack.about.get("run", {}))
    plan = ", ".join(f"{name} {value}" for name, value in dict(run.get("plan", {})).items())
    return f"Last run: {run.get('rows', 'unknown')} rows; {plan}. Base encoder sha256 `{run.get('encoder_sha256', 'see the training script')}`."


def _rows() -> str:
    counts: dict[str, dict[str, int]] = {}
    for part in families.PARTS:
        for row in families.rows(part):
            kind = f"{row.source.split('/')[0]}, {'harmful' if row.labels['toxicity'] >= 0.5 else 'clean'}"
            of_kind = counts.setdefault(kind, dict.fromkeys(families.PARTS, 0))
            of_kind[part] += 1
    return _table(
        ("family", *families.PARTS),
        [(kind, *of_kind.values()) for kind, of_kind in sorted(counts.items())],
    )


def _reliability_chart(scored: Scored) -> str:
    panels = []
    for name in CLASSES:
        labels = scored.labels(name)
        known = ~np.isnan(labels)
        bins = reliability(scored.scores[name][known], labels[known])
        most = max(each.count for each in bins)
        panels.append(
            Panel(
                title=name,
                diagonal=True,
                below="score",
                beside="share harmful",
                line=[(each.score, each.share) for each in bins],
                dots=[(each.score, each.share, each.count / most) for each in bins],
            )
        )
    return draw(
        panels,
        "Reliability of each class: mean score against the share that is harmful; dots grow with the number of rows.",
    )


def _threshold_chart(pack: Pack) -> str:
    calibration = dict(pack.about["calibration"])
    line = [(float(point["false_alarms"]), float(point["caught"])) for point in calibration["curve"]]
    chosen = calibration["chosen"]
    panel = Panel(
        title="choice of review thresholds",
        below="clean messages stopped",
        beside="harmful stopped",
        right=0.1,
        line=line,
        dots=[(float(chosen["false_alarms"]), float(chosen["caught"]), 1.0)],
    )
    return draw(
        [panel],
        "Harmful messages stopped against clean messages stopped, on calibration rows; the dot is the choice that ships.",
    )
