"""All pages of the console, under ``/console``."""

from fastapi import APIRouter

from api.console import account, alike, cases, company, guides, holds, log, queues, signing, team

router = APIRouter(include_in_schema=False)
for part in (
    signing.router,
    company.router,
    account.router,
    queues.router,
    alike.router,
    cases.router,
    team.router,
    log.router,
    holds.router,
    guides.router,
):
    router.include_router(part)
