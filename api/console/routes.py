"""All pages of the console, under ``/console``."""

from fastapi import APIRouter

from api.console import alike, care, cases, guides, holds, keys, queues, signing, team, views

router = APIRouter(include_in_schema=False)
for part in (signing, queues, views, alike, cases, team, holds, care, guides, keys):
    router.include_router(part.router)
