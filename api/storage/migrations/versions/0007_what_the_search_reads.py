"""what the search of the queue reads stands with the case, and in the index that has them in order

The lines of cases that are there already are written in the order of their ids, some at a time.
"""

import unicodedata

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
WAITING = sa.text("state IN ('open', 'claimed', 'escalated')")

CASE = sa.table("review_case", sa.column("id"), sa.column("screening_id"), sa.column("searched"))
ORDER = sa.table(
    "screening", sa.column("id"), sa.column("reference"), sa.column("customer"), sa.column("fields", sa.JSON())
)
AT_ONCE = 1000
KEPT = 500
DUE = ["merchant_id", "due_at", "severity", "state", "waits_until", "language", "claimed_by", "screening_id"]


def upgrade() -> None:
    op.add_column("review_case", sa.Column("searched", Text(), nullable=False, server_default=""))
    connection, last = op.get_bind(), ""
    of_cases = sa.select(CASE.c.id, ORDER).join_from(CASE, ORDER, CASE.c.screening_id == ORDER.c.id)
    put = sa.update(CASE).where(CASE.c.id == sa.bindparam("case")).values(searched=sa.bindparam("line"))
    while rows := connection.execute(of_cases.where(CASE.c.id > last).order_by(CASE.c.id).limit(AT_ONCE)).all():
        connection.execute(put, [{"case": case, "line": _line(*order)} for case, *order in rows])
        last = rows[-1][0]
    _index([*DUE, "searched", "id"])


def downgrade() -> None:
    _index(DUE)
    op.drop_column("review_case", "searched")


def _index(columns: list[str]) -> None:
    op.drop_index("ix_review_case_due", "review_case")
    op.create_index(
        "ix_review_case_due", "review_case", columns, sqlite_where=WAITING, postgresql_where=WAITING
    )  # fmt: skip


def _line(order: str, reference: str | None, customer: str | None, fields: list[dict[str, str]]) -> str:
    lines = [*(name for name in (order, reference, customer) if name), *(field["text"] for field in fields)]
    folded = unicodedata.normalize("NFKC", "\n".join(lines)[:KEPT]).casefold()
    return folded.replace("\0", "").encode("utf-8", "ignore").decode()[:KEPT]
