"""The case page: everything needed to decide one order, and the moves."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse

from api.console.drawing import draw
from api.console.origins import origins
from api.console.queues import advance, parse_filter, read_filter, settle, to_case, to_queue, write_filter
from api.console.web import ConsoleRoute, FormDep, SignedInDep, Words, render
from api.console.words import compare, covered, gather, is_masked, joined, mark, masked_record, shows_masked, underline
from api.dependencies import StateDep
from api.errors import Problem
from api.reviewing import claims, conversation, deciding
from api.reviewing.conversation import Party
from api.reviewing.deciding import Verdict
from api.reviewing.dossier import Dossier, open_dossier
from api.reviewing.roles import Actor
from api.reviewing.sessions import SignedIn
from api.reviewing.waiting import QueueFilter
from api.state import AppState
from api.storage.clock import now
from api.storage.database import Database
from api.storage.tables import Merchant, PendingDecision, Screening
from moderation.errors import CaseConflict, DishonestReason, ModerationError
from moderation.evidence import Category, Evidence, Outcome
from moderation.glossary import find_entries
from moderation.messages import FALLBACK_LOCALE
from moderation.policy import PolicyLayer

router = APIRouter(prefix="/console/cases", route_class=ConsoleRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What every form of the case page says: who, on which state of the case, and where from."""

    signed_in: SignedIn
    version: int
    wanted: QueueFilter


async def read_move(signed_in: FormDep, version: Annotated[int, Form()] = 0, query: Words = "") -> Move:
    return Move(signed_in=signed_in, version=version, wanted=parse_filter(query))


MoveDep = Annotated[Move, Depends(read_move)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the reviewer had filled in when a move was refused: nobody types a ground twice."""

    reason: str = ""
    ground: str = ""
    note: str = ""
    question: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """What the policy says about one finding."""

    outcome: Outcome
    #: From which scores at this severity: ``"review from 0.50, never reject"``.
    said: str
    #: The layer that wrote the line; empty when it is the policy itself.
    origin: str


@router.get("/{case_id}")
def show_case(
    request: Request, state: StateDep, signed_in: SignedInDep, case_id: str, said: str | None = None
) -> Response:
    """The case as it stands. Looking changes nothing: claiming is a form of its own."""
    return case_page(request, state, signed_in, case_id, read_filter(request.query_params), said=said)


@router.post("/{case_id}/claim")
def claim(request: Request, state: StateDep, move: MoveDep, case_id: str) -> Response:
    """Take the case in hand and open it."""
    try:
        with state.database.writing() as session:
            claims.claim(session, move.signed_in.actor, case_id, now())
    except CaseConflict as conflict:
        return case_page(request, state, move.signed_in, case_id, move.wanted, refused=conflict)
    return to_case(case_id, move.wanted)


@router.post("/{case_id}/take-over")
def take_over(request: Request, state: StateDep, move: MoveDep, case_id: str, note: Words = "") -> Response:
    """Take the case out of someone else's hands."""
    try:
        with state.database.writing() as session:
            claims.take_over(session, move.signed_in.actor, case_id, move.version, note, now())
    except (CaseConflict, Problem) as refused:
        return case_page(request, state, move.signed_in, case_id, move.wanted, refused=refused, draft=Draft(note=note))
    return to_case(case_id, move.wanted)


@router.post("/{case_id}/heartbeat")
def heartbeat(state: StateDep, signed_in: FormDep, case_id: str) -> Response:
    """Keep the claim while the page is open; says whether it still holds."""
    with state.database.writing() as session:
        is_mine = claims.keep_alive(session, signed_in.actor, case_id, now())
    return JSONResponse({"is_mine": is_mine})


@router.post("/{case_id}/release")
def release(request: Request, state: StateDep, move: MoveDep, case_id: str) -> Response:
    """Hand the case back and return to the queue."""
    try:
        with state.database.writing() as session:
            claims.release(session, move.signed_in.actor, case_id, move.version, now())
    except CaseConflict as conflict:
        return case_page(request, state, move.signed_in, case_id, move.wanted, refused=conflict)
    return to_queue(move.wanted, "released")


@router.post("/{case_id}/skip")
def skip(request: Request, state: StateDep, move: MoveDep, case_id: str, note: Words = "") -> Response:
    """Hand the case to somebody else and go on with the next."""
    try:
        with state.database.writing() as session:
            claims.skip(session, move.signed_in.actor, case_id, move.version, note, now())
            return advance(session, state, move.signed_in, move.wanted, case_id, "skipped")
    except (CaseConflict, Problem) as refused:
        return case_page(request, state, move.signed_in, case_id, move.wanted, refused=refused, draft=Draft(note=note))


#: For how many minutes a case is put aside, as the form offers it; never beyond what its due time allows.
SNOOZE_FOR = {60: "1 hour", 240: "4 hours", 1440: "1 day", 4320: "3 days"}


@router.post("/{case_id}/snooze")
def snooze(
    request: Request,
    state: StateDep,
    move: MoveDep,
    case_id: str,
    minutes: Annotated[int, Form(ge=1, le=claims.LONGEST_SNOOZE // timedelta(minutes=1))] = 60,
) -> Response:
    """Put the case aside for a while and go on with the next."""
    at = now()
    try:
        with state.database.writing() as session:
            until = at + timedelta(minutes=minutes)
            claims.snooze(session, move.signed_in.actor, case_id, move.version, until, at)
            return advance(session, state, move.signed_in, move.wanted, case_id, "snoozed")
    except (CaseConflict, Problem) as refused:
        return case_page(request, state, move.signed_in, case_id, move.wanted, refused=refused)


@router.post("/{case_id}/escalate")
def escalate(request: Request, state: StateDep, move: MoveDep, case_id: str, note: Words = "") -> Response:
    """Hand the case to a senior and go on with the next."""
    try:
        with state.database.writing() as session:
            claims.escalate(session, move.signed_in.actor, case_id, move.version, note, now())
            return advance(session, state, move.signed_in, move.wanted, case_id, "escalated")
    except (CaseConflict, Problem) as refused:
        return case_page(request, state, move.signed_in, case_id, move.wanted, refused=refused, draft=Draft(note=note))


#: Within how many hours an answer helps, as the form offers it.
ANSWER_WITHIN = {4: "4 hours", 24: "1 day", 72: "3 days", 168: "1 week"}


@router.post("/{case_id}/ask")
def ask(
    request: Request,
    state: StateDep,
    move: MoveDep,
    case_id: str,
    to: Words = "",
    question: Words = "",
    within: Annotated[int, Form(ge=1, le=conversation.LONGEST_WAIT // timedelta(hours=1))] = 24,
    shown: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Ask the customer, the shop or the partner, hand the case back and go on with the next."""
    at = now()
    try:
        with state.database.writing() as session:
            conversation.ask_and_go_on(
                session,
                move.signed_in.actor,
                case_id,
                move.version,
                _party(to),
                question,
                at + timedelta(hours=within),
                at,
                shown or (),
            )
            return advance(session, state, move.signed_in, move.wanted, case_id, "asked")
    except (CaseConflict, Problem) as refused:
        draft = Draft(question=question, to=to)
        return case_page(request, state, move.signed_in, case_id, move.wanted, refused=refused, draft=draft)


@router.post("/{case_id}/decide")
def decide(
    request: Request,
    state: StateDep,
    move: MoveDep,
    case_id: str,
    outcome: Words = "",
    reason: Words = "",
    other: Words = "",
    ground: Words = "",
) -> Response:
    """Approve or reject, and go on with the next."""
    chosen = other if reason == "other" else reason
    draft = Draft(reason=chosen, ground=ground)
    try:
        verdict = Verdict(outcome=_outcome(outcome), reason=_category(chosen), ground=ground)
        with state.database.writing() as session:
            deciding.decide(session, move.signed_in.actor, case_id, move.version, verdict, now())
            return advance(session, state, move.signed_in, move.wanted, case_id)
    except (CaseConflict, DishonestReason) as refused:
        return case_page(request, state, move.signed_in, case_id, move.wanted, refused=refused, draft=draft)


@router.post("/{case_id}/undo")
def undo(
    request: Request,
    state: StateDep,
    move: MoveDep,
    case_id: str,
    leave: Words = "",
    leave_version: Annotated[int, Form()] = 0,
) -> Response:
    """Take the verdict back and show the case again; the one that came up meanwhile goes back to the queue."""
    actor, at = move.signed_in.actor, now()
    try:
        with state.database.writing() as session:
            deciding.undo(session, actor, case_id, at)
            if leave and leave != case_id:
                with suppress(CaseConflict, Problem):  # it is somebody else's by now
                    claims.release(session, actor, leave, leave_version, at)
    except CaseConflict as conflict:
        return case_page(request, state, move.signed_in, case_id, move.wanted, refused=conflict)
    return to_case(case_id, move.wanted, "undone")


def case_page(
    request: Request,
    state: AppState,
    signed_in: SignedIn,
    case_id: str,
    wanted: QueueFilter,
    *,
    refused: ModerationError | Problem | None = None,
    draft: Draft | None = None,
    said: str | None = None,
) -> Response:
    """The page; after a refused move, with what happened and what the reviewer had written."""
    dossier, pending, merchant = _look_up(state.database, signed_in.actor, case_id)
    if dossier.is_due:
        settle(state.database, case_id)
        dossier, pending, merchant = _look_up(state.database, signed_in.actor, case_id)
    order, mask_from = dossier.screening, signed_in.mask.severity
    # What is said of several places in the same words is one finding here, read as at its first place.
    repeated = gather(dossier.evidence)
    evidence = [joined(each) for each in repeated]
    lines, is_current = _policy_lines(state, merchant, dossier, evidence)
    named = list(dict.fromkeys(found.category for found in evidence))
    # A note has no say, so its rule would only be in the way.
    speaking = [found.category for found, line in zip(evidence, lines, strict=True) if line.outcome != Outcome.APPROVE]
    others = [p.decision for p in dossier.earlier + dossier.alike if p.decision]
    return render(
        request,
        "case.html",
        signed_in,
        _status(refused),
        d=dossier,
        wanted=wanted,
        query=write_filter(wanted),
        refused=str(refused) if refused else "",
        draft=draft or Draft(),
        said=said,
        pending=pending,
        drawing=draw(order.product, order.fields),
        evidence=evidence,
        fields=mark(order.fields, evidence, mask_from),
        tables={n: compare(order.fields, same[0]) for n, same in enumerate(repeated, 1)},
        masked=any(masked_record(each, mask_from) for each in [dossier.decision, *others]),
        masked_here=any(is_masked(found, mask_from) for found in evidence),
        covered=partial(covered, evidence=evidence, mask_from=mask_from),
        shows_masked=partial(shows_masked, evidence=evidence, mask_from=mask_from),
        masked_record=partial(masked_record, mask_from=mask_from),
        underline=underline,
        glossary=[find_entries(_texts_of(order, same[0])) for same in repeated],
        named=named,
        # What the decision in force names, before what merely weighs most.
        likely=next((each for each in dossier.decision.reasons if each in named), named[0] if named else ""),
        others=[c for c in Category if c not in named],
        ruling=list(dict.fromkeys(speaking)) or named,
        words=state.messages.catalogue(order.locale),
        rules=state.messages.catalogue(FALLBACK_LOCALE),
        policy_lines=lines,
        policy_is_current=is_current,
        answer_within=ANSWER_WITHIN,
        snooze_for=SNOOZE_FOR,
        origins=origins(state.pipeline, evidence),
        is_appeal=dossier.appeal is not None and dossier.appeal.is_open,
    )


def _look_up(database: Database, actor: Actor, case_id: str) -> tuple[Dossier, PendingDecision | None, Merchant]:
    at = now()
    with database.reading() as session:
        dossier = open_dossier(session, actor, case_id, at)
        return dossier, deciding.last_pending(session, actor, at), session.get_one(Merchant, actor.merchant_id)


def _texts_of(order: Screening, found: Evidence) -> list[str]:
    """What a finding covers as typed, and as it was read."""
    texts = {field["name"]: field["text"] for field in order.fields}
    return [found.read_as, *(texts.get(span.field, "")[span.start : span.end] for span in found.spans)]


def _policy_lines(
    state: AppState, merchant: Merchant, dossier: Dossier, evidence: Sequence[Evidence]
) -> tuple[tuple[PolicyLine, ...], bool]:
    """Per finding, what the policy asks for now; and whether that is still the policy of the decision."""
    order = dossier.screening
    layer = PolicyLayer(origin=f"merchant {merchant.name}", categories=merchant.policy_layer)
    policy = state.pipeline.policies.effective(
        merchant.policy,
        brand=order.brand,
        product=order.product,
        region=order.region,
        merchant=layer if merchant.policy_layer else None,
    )
    lines = []
    for found in evidence:
        line, at = policy.thresholds[found.category], found.severity - 1
        lines.append(
            PolicyLine(
                outcome=policy.outcome(found),
                said=_said(found, line.review[at], line.reject[at]),
                origin="" if line.origin == merchant.policy else line.origin,
            )
        )
    return tuple(lines), policy.version == dossier.decision.versions.get("policy")


def _said(found: Evidence, review: float, reject: float) -> str:
    if found.at_most is Outcome.APPROVE:
        return "a note only"
    for_more = "for a person at most" if found.at_most is Outcome.REVIEW else _threshold("reject", reject)
    return f"{_threshold('review', review)}, {for_more}"


def _threshold(outcome: str, score: float) -> str:
    return f"never {outcome}" if score > 1 else f"{outcome} from {score:.2f}"


def _status(refused: ModerationError | Problem | None) -> int:
    if isinstance(refused, Problem):
        return refused.status
    return 200 if refused is None else 409 if isinstance(refused, CaseConflict) else 422


def _party(value: str) -> Party:
    try:
        return Party(value)
    except ValueError:
        raise Problem(422, "no_addressee", "Choose whom to ask: the customer, the shop or the partner.") from None


def _outcome(value: str) -> Outcome:
    try:
        return Outcome(value)
    except ValueError:
        raise Problem(422, "no_verdict", "Choose approve or reject.") from None


def _category(value: str) -> Category | None:
    try:
        return Category(value) if value else None
    except ValueError:
        raise Problem(422, "unknown_reason", f"There is no reason {value!r}. Choose one from the list.") from None
