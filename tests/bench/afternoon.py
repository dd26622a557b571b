"""What a user would write in an afternoon: FastAPI, Detoxify through torch, rapidfuzz over the same lists, one INSERT.

The model is the shipped checkpoint and the lists are the shipped ones, so that only the making differs.
``python -m uvicorn tests.bench.afternoon:app``; ``AFTERNOON_DATABASE`` names the file.
"""

import os
import sqlite3
import threading
import uuid
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from fastapi import FastAPI
from pydantic import BaseModel
from rapidfuzz import fuzz, process

from moderation.terms import load_lists
from moderation.toxicity.checkpoint import as_detoxify
from moderation.toxicity.compile import checkpoint_of
from moderation.toxicity.pack import read_pack

app = FastAPI()
model = as_detoxify(checkpoint_of(read_pack()))
terms = [term.term for term in load_lists().blocked]
database = sqlite3.connect(os.environ["AFTERNOON_DATABASE"], check_same_thread=False)
database.execute("CREATE TABLE IF NOT EXISTS screening (id TEXT PRIMARY KEY, reference TEXT, text TEXT, status TEXT)")
writing = threading.Lock()


class Words(BaseModel):
    name: str
    text: str


class Order(BaseModel):
    reference: str
    fields: list[Words]


@app.post("/v1/screenings", status_code=201)
def screen(order: Order) -> dict[str, Any]:
    text = " ".join(field.text for field in order.fields)
    worst = max(float(score) for score in model.predict(text).values())
    found = process.extract(text.lower(), terms, scorer=fuzz.partial_ratio, score_cutoff=90, limit=5)
    status = "rejected" if found or worst > 0.8 else "in_review" if worst > 0.5 else "approved"
    identifier = uuid.uuid4().hex
    with writing:
        database.execute("INSERT INTO screening VALUES (?, ?, ?, ?)", (identifier, order.reference, text, status))
        database.commit()
    return {"id": identifier, "status": status, "risk": worst}
