"""A partner's page: one question, what it needs to be answered, and nothing else about the order."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import select

from api.dependencies import StateDep
from api.errors import Problem
from api.links import open_token
from api.pages.status import accepted_languages, gone_page
from api.pages.web import FormDep, LinkRoute, render
from api.reviewing import conversation
from api.reviewing.conversation import Party
from api.state import AppState
from api.storage.clock import now
from api.storage.tables import CaseMessage, ReviewCase, Screening

router = APIRouter(prefix="/p", route_class=LinkRoute, include_in_schema=False)


@router.get("/{token}")
def show(request: Request, state: StateDep, token: str) -> Response:
    """The question, with the fields of the order that the reviewer chose to show."""
    return _page(request, state, token)


@router.post("/{token}")
def answer(request: Request, state: StateDep, token: str, form: FormDep) -> Response:
    """Answer it, once."""
    text = form.get("answer", "")
    question = _question(state, token)
    if question is None:
        return gone_page(request, state)
    try:
        with state.database.writing() as session:
            case = session.get_one(ReviewCase, question.case_id, with_for_update=True)
            conversation.write(session, case, Party.PARTNER, text, now(), question.id)
    except Problem as problem:
        notice = "changed" if problem.status == 409 else "write_something"
        return _page(request, state, token, problem.status, notice=notice, answer=text)
    return RedirectResponse(f"/p/{token}", 303)


def _page(request: Request, state: AppState, token: str, status: int = 200, **draft: Any) -> Response:
    question = _question(state, token)
    if question is None:
        return gone_page(request, state)
    with state.database.reading() as session:
        case = session.get_one(ReviewCase, question.case_id)
        screening = session.get_one(Screening, case.screening_id)
        given = session.exec(select(CaseMessage).where(CaseMessage.answer_to == question.id)).first()
    language = state.wording.language(*accepted_languages(request))
    return render(
        "partner.html",
        status,
        w=state.wording.words(language),
        language=language,
        token=token,
        question=question,
        given=given,
        brand=screening.brand,
        fields=[field for field in screening.fields if field["name"] in question.shown_fields],
        max_message=conversation.MAX_TEXT,
        **{"notice": "", "answer": "", **draft},
    )


def _question(state: AppState, token: str) -> CaseMessage | None:
    opened = open_token(state.settings, "partner", token, now())
    if opened is None:
        return None
    with state.database.reading() as session:
        question = session.get(CaseMessage, opened.id)
    return question if question is not None and question.to_party == Party.PARTNER else None
