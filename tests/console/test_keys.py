"""The keys that the pages promise are the keys that they have."""

import re

from api.console.guides import KEYS
from api.console.web import DIRECTORY, STATIC_DIRECTORY

#: Keys of the browser's own, which need no binding.
NATIVE = {"Enter", "Esc"}


def test_every_key_that_is_bound_is_explained_and_the_other_way_round():
    templates = "".join(path.read_text("utf-8") for path in (DIRECTORY / "templates").glob("*.html"))
    script = (STATIC_DIRECTORY / "console.js").read_text("utf-8")
    bound = set(re.findall(r'data-key="(.)"', templates))
    bound |= set(re.findall(r"^  (\w): ", script[script.index("const keys = {") :], re.MULTILINE))
    explained = {key for _group, keys in KEYS for names, _does in keys for key in names.split()} - NATIVE
    assert bound == {key.lower() for key in explained}


def test_every_key_that_is_explained_is_in_the_documentation():
    text = (DIRECTORY.parents[1] / "docs" / "console.md").read_text("utf-8")
    for _group, keys in KEYS:
        for names, _does in keys:
            for key in names.split():
                assert f"`{key}`" in text, key
