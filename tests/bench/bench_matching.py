"""Speed of matching beside the naive way, in one process: ``python tests/bench/bench_matching.py [--quick]``.

Full fuzzy mode, reading included: every message goes through all readings and all ways of matching. Terms and messages are
generated from a seed; a third of the messages hide a listed term.
"""

import argparse
import gc
import json
import random
import resource
import time
from collections.abc import Callable
from statistics import median

from rapidfuzz import fuzz, process
from wordfreq import top_n_list

from moderation.evidence import Category
from moderation.matching import Matcher
from moderation.reading import read
from moderation.request import PersonalizationRequest
from moderation.terms.term import Action, MatchKind, Term

LENGTH = 48
#: The promises; one that is missed ends the program with status 1.
MOST = {
    "100k_p50_ms": 1.5, "100k_p99_ms": 5.0, "large_over_small": 2.0, "worst_over_median": 10.0, "build_s": 10.0,
    "build_mb": 150.0, "change_ms": 100.0,
}  # fmt: skip
LEAST = {"times_faster": 60.0}
_ONSETS = "b br c ch cl cr d dr f fl fr g gl gr h j k kl kr l m n p ph pl pr qu r s sc sh sk sl sp st t th tr v w x y z".split()
_VOWELS = "a e i o u ai ea ee ie oo ou".split()
_CODAS = [
    "",
    "",
    "",
    "b",
    "ck",
    "d",
    "ff",
    "g",
    "k",
    "l",
    "ll",
    "m",
    "n",
    "nd",
    "ng",
    "p",
    "r",
    "rd",
    "rt",
    "s",
    "ss",
    "st",
    "t",
    "x",
]


def pseudo_word(rng: random.Random) -> str:
    """A word that sounds like one, four to twelve letters."""
    word = ""
    while len(word) < rng.randint(4, 10):
        word += rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)
    return word[:12]


def make_terms(count: int, seed: int = 1) -> list[Term]:
    """Single words and phrases of two, as lists have them: seven to three."""
    rng = random.Random(seed)
    common = [word for word in top_n_list("en", 5000) if word.isalpha() and len(word) > 2]
    seen: set[str] = set()
    while len(seen) < count:
        word = pseudo_word(rng)
        seen.add(word if rng.random() < 0.7 else f"{word} {rng.choice(common)}")
    return [
        Term(
            id=f"bench/{number}", term=text, match=MatchKind.PHRASE if " " in text else MatchKind.WORD, action=Action.REJECT,
            severity=rng.choice((2, 3)), category=Category.PROFANITY, language="en",
        )
        for number, text in enumerate(sorted(seen))
    ]  # fmt: skip


def make_messages(terms: list[Term], count: int, seed: int = 2) -> list[str]:
    """Messages of 48 characters: common words and names, a third with a disguised term among them."""
    rng = random.Random(seed)
    common = [word for word in top_n_list("en", 8000) if word.isalpha()]
    messages = []
    for _ in range(count):
        words = [rng.choice(common) for _ in range(12)]
        if rng.random() < 1 / 3:
            words.insert(rng.randrange(3), _disguised(rng.choice(terms).term, rng))
        if rng.random() < 0.3:
            words.insert(0, rng.choice(("Anna", "Liam", "2019", "est. 1988", "Dr.", "O'Neill")))
        messages.append(" ".join(words)[:LENGTH].ljust(LENGTH, "!"))
    return messages


def _disguised(term: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(term) - 1)
    return rng.choice(
        (
            term,
            term.upper(),
            " ".join(term[:6]),
            term.replace("a", "4").replace("e", "3"),
            term[:at] + term[at + 1 :],
            term[:at] + term[at] * 4 + term[at + 1 :],
            term[::-1],
        )
    )


def make_adversarial(count: int, seed: int = 3) -> list[str]:
    """Messages of the same length that aim at every branch: signs, single letters, masks, digits, foreign letters, marks."""
    rng = random.Random(seed)
    alphabets = (
        "*#_.-",
        "0123456789",
        "abcdefghij |\\/()[]<>",
        "1l!i|",
        "а б в г д е",
        "f u c k s h i t",
        "\u200b\u0301\u202ea",
        "🅰🅱💩❌ a",
        "ʞɔnɟǝɹ",
        "aaaabbbb",
        "s5$z",
        "中文字测试 a",
        "c.o-c*k_",
    )
    return [
        "".join(
            rng.choice(rng.choice(alphabets) if rng.random() < 0.2 else alphabets[index % len(alphabets)])
            for _ in range(LENGTH)
        )
        for index in range(count)
    ]


def timed(matcher: Matcher, messages: list[str], repeats: int = 3) -> list[float]:
    """Milliseconds per message: the best of three, for a shared machine adds time and never takes any away."""
    return [min(_once(matcher, message) for _ in range(repeats)) for message in messages]


def _once(matcher: Matcher, message: str) -> float:
    start = time.thread_time()
    matcher.find(read(PersonalizationRequest.of(message)))
    return (time.thread_time() - start) * 1000


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def built(make: Callable[[], Matcher]) -> tuple[Matcher, float, float]:
    """A matcher, the CPU seconds and the megabytes that building it took."""
    gc.collect()
    before, start = resident(), time.process_time()
    matcher = make()
    seconds = time.process_time() - start
    gc.collect()
    return matcher, seconds, resident() - before


def resident() -> float:
    with open("/proc/self/statm") as file:  # noqa: PTH123  # no file of ours
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a tenth of the messages")
    arguments = parser.parse_args()
    count = 300 if arguments.quick else 3000
    report: dict[str, float] = {}
    every = make_terms(100_000)
    messages = make_messages(every, count)
    small, _, _ = built(lambda: Matcher(every[::100]))
    large, report["build_s"], report["build_mb"] = built(lambda: Matcher(every))
    timed(large, messages[:100])
    for name, matcher in (("1k", small), ("100k", large)):
        times = timed(matcher, messages)
        report |= {f"{name}_p50_ms": median(times), f"{name}_p99_ms": quantile(times, 0.99)}
    texts = [term.term for term in every]
    naive = []
    for message in messages[: 10 if arguments.quick else 30]:
        start = time.thread_time()
        process.extract(message.lower(), texts, scorer=fuzz.partial_ratio, score_cutoff=90, limit=5)
        naive.append((time.thread_time() - start) * 1000)
    report["naive_p50_ms"] = median(naive)
    report["times_faster"] = report["naive_p50_ms"] / report["100k_p50_ms"]
    report["large_over_small"] = report["100k_p50_ms"] / report["1k_p50_ms"]
    noise = make_adversarial(1000 if arguments.quick else 10_000)
    adversarial = timed(large, noise)
    slowest = sorted(range(len(noise)), key=adversarial.__getitem__)[-20:]
    worst = max(timed(large, [noise[at] for at in slowest], repeats=10))
    report |= {"adversarial_p50_ms": median(adversarial), "adversarial_worst_ms": worst}
    report["worst_over_median"] = report["adversarial_worst_ms"] / report["100k_p50_ms"]
    changed = Term(
        id="bench/new",
        term="quibblefrotz",
        match=MatchKind.WORD,
        action=Action.REJECT,
        severity=3,
        category=Category.PROFANITY,
        language="en",
    )
    start = time.thread_time()
    live = large.with_changes(added=[changed], removed=["bench/5"])
    report["change_ms"] = (time.thread_time() - start) * 1000
    assert live.find(read(PersonalizationRequest.of("a quibblefrotz"))), "the new entry is not live"
    print(json.dumps({name: round(value, 3) for name, value in report.items()}, indent=2))
    missed = [f"{name} is {report[name]:.3g}, over {most}" for name, most in MOST.items() if report[name] > most]
    missed += [f"{name} is {report[name]:.3g}, under {least}" for name, least in LEAST.items() if report[name] < least]
    if missed:
        raise SystemExit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
