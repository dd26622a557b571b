"""Hands the tests to the processes of `pytest -n`, group by group.

By the place of a test: the plugin's own groups, by marker, do nothing at all under some versions of pytest.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.groups import group_of


class GroupScheduling(LoadScopeScheduling):
    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
