"""Speed and size of the toxicity model beside the real thing, in one run: ``python tests/bench/bench_toxicity.py [--quick]``.

The compiled default, the same checkpoint through Detoxify (torch), and a Detoxify of BERT-base size with random weights take
turns on the same messages. Times are processor time of one thread, which on a quiet machine is the time a caller waits and on
a busy one leaves out the waiting for others. Exit status 1 when a promise is broken.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.promises import report

os.environ.setdefault("HF_HUB_OFFLINE", "1")

MESSAGES = (
    "Happy birthday dear Grandma!", "Scunthorpe United FC 1899", "To Anna, love you always", "you are a worthless loser", "In memory of Rex 2009-2023",
)  # fmt: skip

#: Run in a process of its own, as the server would load the model.
PROBE = """
import resource, time, json
def rss():
    with open("/proc/self/statm") as file: return int(file.read().split()[1]) * resource.getpagesize() / 1e6
before = rss(); began = time.process_time()
from moderation.toxicity import load_model
model = load_model(); model.scores("Happy birthday dear Grandma!")
started = time.process_time() - began
for number in range(300): model.scores(f"message number {number} of three hundred, each of them somewhat longer than the last one")
print(json.dumps([started, rss() - before]))
"""


def clock(ask: Callable[[str], Any], text: str) -> float:
    """Processor milliseconds for one answer."""
    began = time.process_time()
    ask(text)
    return (time.process_time() - began) * 1000


def base_sized(folder: Path) -> Any:
    """A real Detoxify of BERT-base size, random weights: its speed is that of ``original``."""
    import shutil

    import torch
    from transformers import BertConfig, BertForSequenceClassification

    from moderation.toxicity.checkpoint import ARCHITECTURES, as_detoxify, check
    from moderation.toxicity.pack import COMPANIONS, PACK
    from moderation.toxicity.scores import CLASSES

    for name in COMPANIONS:
        shutil.copy(PACK / name, folder / name)
    config = BertConfig.from_pretrained(str(PACK), local_files_only=True)
    config.update(
        {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072}
        | {"vocab_size": 30_522, "max_position_embeddings": 512}
    )
    config.save_pretrained(folder)
    torch.manual_seed(0)
    state = BertForSequenceClassification(config).state_dict()
    name = "BertForSequenceClassification"
    return as_detoxify(
        check(
            sha256="0" * 64,
            folder=folder,
            model_name=name,
            tokenizer_name=ARCHITECTURES[name],
            outputs=7,
            classes=CLASSES,
            state=state,
        )
    )


def main() -> int:
    """Measure, print the table, and say which promises are kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = 40 if parser.parse_args().quick else 200

    started, resident = min(json.loads(subprocess.check_output([sys.executable, "-c", PROBE])) for _ in range(3))
    import torch

    from moderation.toxicity.cache import ScoreCache
    from moderation.toxicity.checkpoint import as_detoxify
    from moderation.toxicity.compile import checkpoint_of, compile_default
    from moderation.toxicity.engines import OnnxEngine
    from moderation.toxicity.pack import PACK, read_pack

    torch.set_num_threads(1)
    engine = OnnxEngine(compile_default(), cache=ScoreCache(capacity=0))
    reference = as_detoxify(checkpoint_of(read_pack()))
    with tempfile.TemporaryDirectory() as folder:
        large = base_sized(Path(folder))
    asked: dict[str, Callable[[str], Any]] = {
        "compiled default (onnx int8)": engine.scores,
        "the same through Detoxify (torch)": reference.predict,
        "Detoxify of BERT-base size (torch)": large.predict,
    }
    times: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(rounds + 5):
        text = MESSAGES[turn % len(MESSAGES)]
        for name, ask in asked.items():
            for _ in range(5 if ask == engine.scores else 1):
                spent = clock(ask, text)
                if turn >= 5:
                    times[name].append(spent)
    figures = {name: (median(each), sorted(each)[int(len(each) * 0.99)]) for name, each in times.items()}
    ours, small, base = figures.values()
    cached = OnnxEngine(compile_default())
    hits = [clock(cached.scores, MESSAGES[turn % len(MESSAGES)]) for turn in range(500)]
    sizes = [path.stat().st_size for path in PACK.iterdir()]

    print(f"{'one message, one thread':38} {'p50 ms':>8} {'p99 ms':>8} {'p50 against ours':>17}")
    for name, (middle, slow) in figures.items():
        print(f"{name:38} {middle:8.2f} {slow:8.2f} {middle / ours[0]:16.1f}x")
    print(f"{'answered from the cache':38} {median(hits):8.3f} {'':8} hit rate {cached.cache_counts().hit_rate:.3f}")
    promises = [
        ("at least 8 x faster than the same through torch", small[0] / ours[0], ">=", 8.0),
        ("at least 40 x faster than BERT-base size", base[0] / ours[0], ">=", 40.0),
        ("p99 under 3 x p50", ours[1] / ours[0], "<=", 3.0),
        ("start with imports, s", started, "<=", 1.0),
        ("resident memory for the model's share, MB", resident, "<=", 200.0),
        ("pack, MB", sum(sizes) / 1e6, "<=", 16.0),
        ("largest part, MB", max(sizes) / 1e6, "<=", 4.0),
    ]
    return report(promises)


if __name__ == "__main__":
    sys.exit(main())
