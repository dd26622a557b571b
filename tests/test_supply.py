"""What the product is made of: packages that fit each other, under licences that let a shop use them, and no secret."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]

#: Licences that ask for no more than a notice, or for changes of the library itself.
FREE = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software|Unlicense|CC0|MPL|Mozilla|LGPL|Lesser|Zlib|HPND|0BSD", re.I)
#: They say it in a file only, which a person has read.
LOOKED_UP = {"locate": "MIT"}

#: Shapes of keys that programs are full of until somebody publishes one.
SECRETS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}"),
    "a key of a cloud": re.compile(r"\bAKIA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b"),
    "a token of a code host": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20})\b"),
    "a key of ours": re.compile(r"\bmk_(?:test_)?[A-Za-z0-9_-]{43}\b"),
    "a secret for webhooks": re.compile(r"\bwhsec_[A-Za-z0-9+/]{32,}={0,2}"),
    "a password in an address": re.compile(r"://[a-z]+:[^@\s{}$<>/\"']{12,}@"),
}
#: Where a shape is shown on purpose: the examples of the documentation, which open nothing.
SHOWN = re.compile(
    r"mk_A9c4V0o3mYdGx8hJ2kQnR5sTqLwZbEuIfPvNyXaDjCg|whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw|whsec_C2FVsBQIhrscChlQIMV\+b5sSYspob7oD"
)


def served() -> set[str]:
    """Every package that serving needs, and what each of them needs."""
    found: set[str] = set()
    pending = ["moderation"]
    while pending:
        name = pending.pop()
        try:
            needs = distribution(name).requires or []
        except PackageNotFoundError:  # for another platform
            continue
        found.add(name)
        for text in needs:
            need = Requirement(text)
            if (need.marker is None or need.marker.evaluate({"extra": ""})) and need.name.lower() not in found:
                pending.append(need.name.lower())
    return found - {"moderation"}


def licence_of(name: str) -> str:
    about = distribution(name).metadata
    classified = [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
    return " ".join([about.get("License-Expression") or "", (about.get("License") or "")[:200], *classified])


def test_the_packages_fit_each_other():
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    broken = [line for line in done.stdout.splitlines() if line.split(" ")[0].lower() in served() | {"moderation"}]
    assert broken == []


def test_every_package_that_serves_has_a_licence_that_lets_a_shop_use_it():
    packages = served()
    assert len(packages) > 30
    unknown = {name: licence_of(name) for name in packages if not FREE.search(licence_of(name))}
    assert {name: text for name, text in unknown.items() if name not in LOOKED_UP} == {}


def test_no_tracked_file_holds_a_secret():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name] or [
        str(path.relative_to(ROOT))
        for folder in ("api", "moderation", "docs", "deploy")
        for path in (ROOT / folder).rglob("*.*")
    ]
    found = []
    for name in names:
        path = ROOT / name
        if path.suffix in (".safetensors", ".npz", ".onnx", ".png", ".jsonl") or not path.is_file():
            continue
        text = path.read_text("utf-8", "ignore")
        found += [
            f"{name}: {kind}"
            for kind, shape in SECRETS.items()
            for each in shape.finditer(text)
            if not SHOWN.search(each.group())
        ]
    assert found == []
