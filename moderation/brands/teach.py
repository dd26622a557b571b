"""Teach the ear: ``python -m moderation.brands.teach STATEMENTS --seeds FOLDER --innocents CSV --out FOLDER``.

Fine-tunes the encoder that ships on labelled statements and on the patterns of ``ear_*.txt``, fits the linear glance beside it,
and writes what ``moderation/brands/ear`` is a copy of. ``--afresh`` begins with all-MiniLM-L6-v2 instead. Needs the ``train`` and
``models`` extras; an hour of a CPU. Themes that are held back from all fitting are left out here too.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from moderation.brands.book import load_brands
from moderation.brands.fit import innocent_rows, read_rows, with_profiles
from moderation.brands.lessons import Lesson, clean_rows, lessons, patterns

_PARTS = 3
_EPOCHS, _TOKENS, _RATE, _FORGOTTEN = 3, 40, 2e-4, 0.2
#: No pattern is told oftener in one epoch: many patterns teach more than many forms of one.
_MOST_OF_ONE = 8
#: How slowly the numbers that are kept follow those that are taught.
_SLOWNESS = 0.998
#: A word or pair that weighs less says nothing at a glance.
_FAINT = 0.12


def teaching(
    model: Any, taught: Sequence[Lesson], themes: Sequence[str], tokenizer: Any, *, epochs: int
) -> Iterator[float]:
    """Fine-tune in place, step by step, giving the loss of each. One word in five is hidden in most tellings, so that none is leaned on.

    The table of words stays as it is: what was learned of one word holds for those near it that no lesson has. What is kept in the
    end is the mean of the last steps.
    """
    import torch
    from torch.nn.functional import cross_entropy

    from moderation.brands.encoder import batches

    torch.manual_seed(3)
    rng = random.Random(3)
    model.words.weight.requires_grad_(False)
    learned = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=_RATE, weight_decay=0.01)
    sources: dict[tuple[str, str], list[tuple[list[int], int]]] = {}
    for theme, told, source in taught:
        sample = (tokenizer.encode(told).ids[:_TOKENS], themes.index(theme))
        sources.setdefault((theme, source), []).append(sample)
    groups = list(sources.values())
    steps = epochs * sum(1 for _ in batches(_drawn(groups, rng), rng))
    kept = [each.detach().clone() for each in learned]
    unknown, step = tokenizer.token_to_id("[UNK]"), 0
    for _ in range(epochs):
        model.train()
        for ids, mask, answers in batches(_drawn(groups, rng), rng):
            hidden = (torch.rand(ids.shape) < _FORGOTTEN * (torch.rand(len(ids), 1) < 0.8)) & (ids > 3)
            loss = cross_entropy(model(torch.where(hidden, unknown, ids), mask), answers, label_smoothing=0.05)
            for group in optimizer.param_groups:
                group["lr"] = _RATE * min(1.0, (step + 1) / 100) * max(0.05, 1 - step / steps)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimizer.step()
            step += 1
            yield float(loss.detach())
            slowness = min(_SLOWNESS, step / (step + 9))
            for mean, each in zip(kept, learned, strict=True):
                mean.lerp_(each.detach(), 1 - slowness)
    for mean, each in zip(kept, learned, strict=True):
        each.data.copy_(mean)
    model.eval()


def _drawn(groups: Sequence[Sequence[tuple[list[int], int]]], rng: random.Random) -> list[tuple[list[int], int]]:
    """A few samples of each source."""
    return [each for group in groups for each in rng.sample(group, min(_MOST_OF_ONE, len(group)))]


def glance(taught: Sequence[Lesson]) -> tuple[float, dict[str, float]]:
    """Bias and weights of words and pairs of words, for the linear model that says whether the encoder is worth asking."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    counter = CountVectorizer(min_df=4, token_pattern=r"\S+", ngram_range=(1, 2), binary=True)
    model = LogisticRegression(C=1.0, max_iter=500)
    model.fit(counter.fit_transform([lesson.told for lesson in taught]), [bool(lesson.theme) for lesson in taught])
    weights = {word: round(float(model.coef_[0][at]), 2) for word, at in sorted(counter.vocabulary_.items())}
    return round(float(model.intercept_[0]), 2), {
        word: value for word, value in weights.items() if abs(value) >= _FAINT
    }


def write(model: Any, folder: Path) -> None:
    """The encoder as the files that ship, in parts small enough for any host."""
    for number, part in enumerate(np.array_split(np.frombuffer(model.to_bytes(), np.uint8), _PARTS), 1):
        (folder / f"model-{number}-of-{_PARTS}.onnx").write_bytes(part.tobytes())


def main(arguments: Sequence[str] | None = None) -> None:
    """Teach, and write the folder that ``moderation/brands/ear`` is a copy of."""
    parser = argparse.ArgumentParser(prog="python -m moderation.brands.teach", description=__doc__)
    parser.add_argument("statements", type=Path, nargs="+", help="labelled statements, JSON Lines")
    parser.add_argument("--seeds", type=Path, required=True, help="a folder with ear_*.txt")
    parser.add_argument("--innocents", type=Path, required=True, help="CSV with a text column")
    parser.add_argument("--brands", type=Path, help="a directory with further profiles")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clean", type=Path, help="a folder with families of harmless lines")
    parser.add_argument(
        "--afresh", action="store_true", help="begin with the base encoder, not with the one that ships"
    )
    parser.add_argument("--epochs", type=int, default=_EPOCHS)
    options = parser.parse_args(arguments)
    from tokenizers import Tokenizer

    from moderation.brands.ear import model_file
    from moderation.brands.encoder import from_base, from_bytes

    shipped = files("moderation.brands").joinpath("ear")
    tokenizer = Tokenizer.from_str(shipped.joinpath("tokenizer.json").read_text(encoding="utf-8"))
    about = json.loads(shipped.joinpath("ear.json").read_text(encoding="utf-8"))
    themes: list[str] = about["themes"]
    rows = [row for path in options.statements for row in read_rows(path)]
    rows += innocent_rows(options.innocents, rows)
    rows += [row for path in sorted(options.seeds.glob("ear_*.txt")) for row in patterns(path)]
    if options.clean:
        rows += clean_rows(options.clean)
    taught = lessons(rows, with_profiles(load_brands(), options.brands), themes)
    sys.stdout.write(f"{len(taught)} lessons of {len({lesson.source for lesson in taught})} sources\n")
    if options.afresh:
        told = [tokenizer.encode(lesson.told).ids[:_TOKENS] for lesson in taught[::16]]
        model = from_base(tokenizer.get_vocab(), len(themes), told)
    else:
        model = from_bytes(model_file())
    for step, loss in enumerate(teaching(model, taught, themes, tokenizer, epochs=options.epochs)):
        if step % 100 == 0:
            sys.stdout.write(f"step {step}: loss {loss:.2f}\n")
    options.out.mkdir(parents=True, exist_ok=True)
    write(model, options.out)
    about["bias"], about["words"] = glance(taught)
    (options.out / "ear.json").write_text(json.dumps(about, ensure_ascii=False, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
