"""Equal cases get equal outcomes: a release gate."""

from collections import defaultdict

import pytest

from moderation.pipeline import Pipeline
from moderation.request import PersonalizationRequest
from tests.parity.groups import Group, load_groups

GROUPS = load_groups()


@pytest.mark.parametrize("group", GROUPS, ids=[group.name for group in GROUPS])
def test_members_of_a_group_share_one_outcome(group: Group, shipped: Pipeline) -> None:
    by_outcome: dict[str, list[str]] = defaultdict(list)
    for shown, request in group.members.items():
        by_outcome[shipped.moderate(request).outcome].append(shown)
    assert len(by_outcome) == 1, uneven(group, by_outcome, shipped)
    (outcome,) = map(type(group.at_least), by_outcome)
    assert outcome == (group.expect or outcome), f"{group.name}: all are {outcome}, expected {group.expect}"
    assert outcome >= group.at_least, f"{group.name}: all are {outcome}, expected {group.at_least} at least"


def uneven(group: Group, by_outcome: dict[str, list[str]], pipeline: Pipeline) -> str:
    """The group, its outcomes, and for each member of the smaller sides what made it so."""
    lines = [f"{group.name} is uneven:"]
    for outcome, members in sorted(by_outcome.items(), key=lambda side: -len(side[1])):
        lines.append(f"  {outcome}: {len(members)} of {len(group.members)}")
        lines.extend(f"    {member}  <- {_cause(group.members[member], pipeline)}" for member in members)
    return "\n".join(lines)


def _cause(request: PersonalizationRequest, pipeline: Pipeline) -> str:
    found = pipeline.moderate(request).evidence
    return ", ".join(f"{each.source} {each.score:.2f}" for each in found) or "no evidence"


def test_the_suite_is_as_large_as_promised() -> None:
    assert len(GROUPS) >= 80
    assert sum(len(group.members) for group in GROUPS) >= 500
    assert all(len(group.members) >= 2 for group in GROUPS)
    assert len({group.name for group in GROUPS}) == len(GROUPS)


def test_an_uneven_group_is_named_with_its_members(shipped: Pipeline) -> None:
    two = {text: PersonalizationRequest.of(text) for text in ("Happy birthday", "fuck you")}
    message = uneven(
        Group(name="odd pair", members=two), {"approve": ["Happy birthday"], "reject": ["fuck you"]}, shipped
    )
    assert message.startswith("odd pair is uneven:")
    assert "fuck you  <- " in message
    assert "Happy birthday  <- " in message
