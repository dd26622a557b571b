"""Which tests stay in one process, and which begin first."""

#: Tests that share what is dear to make (the shipped pipeline, a server with a browser, a database to be killed, torch),
#: by file or folder.
GROUPS = {
    "tests/acceptance/test_first_look.py": "demo",
    "tests/acceptance/test_order_to_webhook.py": "demo",
    "tests/acceptance/": "shipped",
    "tests/brands/": "brands",
    "tests/console/": "console",
    "tests/faults/": "faults",
    "tests/pages/": "pages",
    "tests/parity/": "shipped",
    "tests/toxicity/": "toxicity",
}
#: What takes long begins first: the last minute shall not be one long test's alone.
FIRST = (
    "tests/faults/",
    "tests/console/",
    "tests/test_container",
    "tests/acceptance/",
    "tests/delivery/",
    "tests/api/",
)


def group_of(nodeid: str) -> str:
    """The name of the group of a test; the tests of a file are always in one."""
    file = nodeid.split("::")[0]
    return next((group for place, group in GROUPS.items() if file.startswith(place)), file)


def turn_of(nodeid: str) -> int:
    """Smaller numbers begin earlier."""
    return next((at for at, place in enumerate(FIRST) if nodeid.startswith(place)), len(FIRST))
