"""The customer's page about one order: how it stands, for which true reason, and what can be done now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import ValidationError
from sqlmodel import Session

from api.customers.merchants import Account, account_of
from api.dependencies import StateDep
from api.errors import Problem
from api.followup import answers
from api.followup.schemas import AppealCreate, RevisionCreate
from api.intake.previews import preview
from api.intake.schemas import PreviewCreate
from api.links import open_token, status_url
from api.pages.web import SECURITY_HEADERS, FormDep, LinkRoute, render
from api.reviewing import conversation, orders
from api.reviewing.conversation import Party
from api.state import AppState
from api.storage.clock import now
from api.storage.tables import Appeal, CaseMessage, DecisionRecord, ReviewCase, Screening
from moderation.detectors.producible import CHARACTERS
from moderation.evidence import Category, Outcome
from moderation.messages import found_in_text

router = APIRouter(prefix="/s", route_class=LinkRoute, include_in_schema=False)

#: Between these two only: what the shop and the partner say is not the customer's to read.
_CUSTOMERS_EYES = {(Party.REVIEWER, Party.CUSTOMER), (Party.CUSTOMER, Party.REVIEWER)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everything that the page shows about an order."""

    account: Account
    screening: Screening
    decision: DecisionRecord
    case: ReviewCase | None
    appeal: Appeal | None
    messages: tuple[CaseMessage, ...]
    #: What the customer is being asked, if anything.
    question: CaseMessage | None
    can_revise: bool
    can_appeal: bool

    @property
    def state(self) -> str:
        is_appealed = self.appeal is not None and self.appeal.verdict is None and self.screening.status == "in_review"
        return "appealed" if is_appealed else self.screening.status

    @property
    def texts_left(self) -> int:
        return orders.MAX_REVISIONS - self.screening.revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the customer has typed and what was said to it."""

    #: Key of a sentence of the wording, shown at the top.
    notice: str = ""
    #: Key of the hint about the new text, shown beside it.
    hint: str = ""
    texts: Mapping[str, str] | None = None
    message: str = ""
    answer: str = ""


@router.get("/{token}")
def show(request: Request, state: StateDep, token: str, said: str = "") -> Response:
    """The page. A link to an earlier text shows the one that holds now."""
    return _page(request, state, token, Draft(notice="thanks" if said == "thanks" else ""))


@router.post("/{token}/check")
def check(request: Request, state: StateDep, token: str, form: FormDep) -> Response:
    """A hint about the new text, as a page or, for the page's own script, as JSON; nothing is sent and nothing is kept."""
    standing = _standing(state, token)
    if standing is None:
        return gone_page(request, state)
    is_script = "application/json" in request.headers.get("accept", "")
    draft = Draft(texts=_typed(form))
    allowance = state.typing_limits.take(f"link {standing.screening.id}", state.settings.previews_per_session)
    if allowance.is_over:
        if is_script:
            return Response(status_code=429, headers=allowance.headers("checks"))
        return _page(request, state, token, replace(draft, notice="too_often"), 429)
    try:
        body = PreviewCreate.model_validate(
            {"fields": _fields(standing.screening, form), **_context(standing.screening)}
        )
    except ValidationError:
        if is_script:
            return Response(status_code=422)
        return _page(request, state, token, replace(draft, notice="write_something"), 422)
    hint = preview(state, standing.account, body)
    if is_script:
        language = state.wording.language(standing.screening.locale, *accepted_languages(request))
        return JSONResponse({"hint": hint, "message": state.wording.words(language)[f"hint_{hint}"]})
    return _page(request, state, token, replace(draft, hint=f"hint_{hint}"))


@router.post("/{token}/revise")
def revise(request: Request, state: StateDep, token: str, form: FormDep) -> Response:
    """Send the new text; the page of the new order follows."""

    def act(standing: Standing) -> Screening:
        body = RevisionCreate.model_validate({"fields": _fields(standing.screening, form)})
        made = answers.revise(state, standing.account, standing.screening.id, body, key=None)
        with state.database.reading() as session:
            return session.get_one(Screening, made.screening_id)

    return _act(request, state, token, form, act, Draft(texts=_typed(form)))


@router.post("/{token}/appeal")
def appeal(request: Request, state: StateDep, token: str, form: FormDep) -> Response:
    """Object, in one step."""
    message = form.get("message", "")

    def act(standing: Standing) -> Screening:
        answers.appeal(state, standing.account, standing.screening.id, AppealCreate(message=message), key=None)
        return standing.screening

    return _act(request, state, token, form, act, Draft(message=message))


@router.post("/{token}/answer")
def answer(request: Request, state: StateDep, token: str, form: FormDep) -> Response:
    """Answer the reviewer's question."""
    text = form.get("answer", "")

    def act(standing: Standing) -> Screening:
        with state.database.writing() as session:
            merchant_id = standing.account.merchant.id
            screening, case = orders.lock_order(session, merchant_id, standing.screening.id)
            if case is None or standing.question is None:
                raise Problem(409, "no_question", "Nobody waits for an answer.")
            conversation.write(session, case, Party.CUSTOMER, text, now(), standing.question.id)
        return screening

    return _act(request, state, token, form, act, Draft(answer=text))


def _act(
    request: Request,
    state: AppState,
    token: str,
    form: Mapping[str, str],
    act: Callable[[Standing], Screening],
    draft: Draft,
) -> Response:
    """Do it and show the page by a redirect, so that going back sends nothing twice; or say why not."""
    standing = _standing(state, token)
    if standing is None:
        return gone_page(request, state)
    if form.get("seen") != standing.screening.id:
        return _page(request, state, token, Draft(notice="changed"), 409)
    try:
        screening = act(standing)
    except ValidationError:
        return _page(request, state, token, replace(draft, notice="write_something"), 422)
    except Problem as problem:
        notice = "changed" if problem.status == 409 else "write_something"
        return _page(request, state, token, replace(draft, notice=notice), problem.status)
    return RedirectResponse(f"{urlsplit(status_url(state.settings, screening)).path}?said=thanks", 303)


def _page(request: Request, state: AppState, token: str, draft: Draft, status: int = 200) -> Response:
    standing = _standing(state, token)
    if standing is None:
        return gone_page(request, state)
    order, decision = standing.screening, standing.decision
    language = state.wording.language(order.locale, *accepted_languages(request))
    catalogue = state.messages.catalogue(language)
    outcome, categories = Outcome(decision.outcome), [Category(reason) for reason in decision.reasons]
    found = found_in_text((each["category"], each["source"]) for each in decision.evidence)
    texts = draft.texts or {}
    page = render(
        "status.html",
        status,
        w=state.wording.words(language),
        language=language,
        standing=standing,
        draft=draft,
        token=token,
        message=state.messages.for_outcome(outcome, categories, language, found),
        rules=[
            catalogue.categories[category]
            for category in categories
            if outcome is not Outcome.REVIEW or category in found
        ],
        unmakeable=_unmakeable(order, decision),
        texts=[texts.get(field["name"], field["text"]) for field in order.fields],
        max_message=orders.MAX_APPEAL,
    )
    # One script of our own, for the check while typing; the page does all without it.
    page.headers["Content-Security-Policy"] = (
        f"{SECURITY_HEADERS['Content-Security-Policy']}; script-src 'self'; connect-src 'self'"
    )
    return page


def _unmakeable(order: Screening, decision: DecisionRecord) -> list[str]:
    """The characters that the machine cannot make, as far as they were named; what nobody can see by its number."""
    words = {field["name"]: field["text"] for field in order.fields}
    spans = [span for each in decision.evidence if each["source"] == CHARACTERS for span in each["spans"]]
    found = [words.get(span["field"], "")[span["start"] : span["end"]] for span in spans]
    return list(dict.fromkeys(c if c.isprintable() else f"U+{ord(c):04X}" for c in found if c))


def gone_page(request: Request, state: AppState) -> Response:
    language = state.wording.language(*accepted_languages(request))
    return render("gone.html", 404, w=state.wording.words(language), language=language)


def accepted_languages(request: Request) -> list[str]:
    """The languages of the browser, in its order; weights are rarely given in another."""
    return [part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")]


def _standing(state: AppState, token: str, at: datetime | None = None) -> Standing | None:
    moment = at or now()
    opened = open_token(state.settings, "status", token, moment)
    if opened is None:
        return None
    with state.database.reading() as session:
        first = session.get(Screening, opened.id)
        return None if first is None else _read(session, orders.newest_text(session, first), moment)


def _read(session: Session, screening: Screening, at: datetime) -> Standing:
    case = orders.case_of(session, screening)
    lodged = orders.find_appeal(session, screening.id)
    messages = conversation.thread(session, case.id) if case is not None else []
    asked = conversation.open_questions(session, case.id, at) if case is not None else []
    is_in_review = screening.status == "in_review"
    question = next((each for each in asked if each.to_party == Party.CUSTOMER), None) if is_in_review else None
    can_send = screening.status in ("rejected", "in_review") and screening.revision < orders.MAX_REVISIONS
    return Standing(
        account=account_of(session, screening.merchant_id),
        screening=screening,
        decision=session.get_one(DecisionRecord, screening.decision_id),
        case=case if is_in_review else None,
        appeal=lodged,
        messages=tuple(each for each in messages if each != question and _is_for_customer(each)),
        question=question,
        can_revise=can_send and screening.erased_at is None,
        can_appeal=screening.status == "rejected" and lodged is None and screening.erased_at is None,
    )


def _is_for_customer(message: CaseMessage) -> bool:
    return (message.from_party, message.to_party) in _CUSTOMERS_EYES


def _typed(form: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("text:"): value for name, value in form.items() if name.startswith("text:")}


def _fields(screening: Screening, form: Mapping[str, str]) -> list[dict[str, str]]:
    """The order's places with the words of the form; a place that the form leaves out keeps its words."""
    typed = _typed(form)
    return [{"name": f["name"], "text": typed.get(f["name"], f["text"])} for f in screening.fields]


def _context(screening: Screening) -> dict[str, str | None]:
    return {name: getattr(screening, name) for name in ("brand", "product", "locale", "region")}
