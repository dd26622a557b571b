"""All pages of the console, under ``/console``."""

from fastapi import APIRouter

from api.console import (
    account,
    alike,
    care,
    cases,
    company,
    guides,
    holds,
    keys,
    log,
    queues,
    signing,
    team,
    views,
)

router = APIRouter(include_in_schema=False)
for part in (signing, company, account, queues, views, alike, cases, team, log, holds, care, guides, keys):
    router.include_router(part.router)
