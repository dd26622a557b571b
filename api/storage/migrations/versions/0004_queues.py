"""queues: languages, what waits for something, reviewers' bounds, saved views and keys

Columns are added in place: a table that others refer to is never rebuilt.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import api.storage.clock

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Time = api.storage.clock.UtcDateTime

COUNTED = ["merchant_id", "queue", "state", "due_at", "created_at", "claimed_until"]
FILTERED = ["severity", "state", "waits_until", "language", "claimed_by", "screening_id"]
ORDERED = {"due": ["merchant_id", "due_at"], "queue": ["merchant_id", "queue", "due_at"]}
WAITING = sa.text("state IN ('open', 'claimed', 'escalated')")

#: Of ``de-AT``, ``pt_BR`` and ``fil``: ``de``, ``pt`` and ``fil``.
LANGUAGE = """
    SELECT lower(CASE WHEN length(locale) = 2 OR substr(locale, 3, 1) IN ('-', '_') THEN substr(locale, 1, 2)
                      WHEN length(locale) = 3 OR substr(locale, 4, 1) IN ('-', '_') THEN substr(locale, 1, 3) END)
    FROM screening WHERE screening.id = review_case.screening_id
"""
DEADLINE = "SELECT deadline_at FROM screening WHERE screening.id = review_case.screening_id"
AWAITED = """
    SELECT max(due_at) FROM case_message WHERE case_message.case_id = review_case.id AND answered_at IS NULL
"""


def upgrade() -> None:
    op.add_column("review_case", sa.Column("language", Text(), nullable=True))
    op.add_column("review_case", sa.Column("deadline_at", Time(timezone=True), nullable=True))
    op.add_column("review_case", sa.Column("waits_until", Time(timezone=True), nullable=True))
    op.execute(f"UPDATE review_case SET language = ({LANGUAGE}), deadline_at = ({DEADLINE}), waits_until = ({AWAITED})")
    _index("counts", [*COUNTED, "waits_until", "language"])
    for name, columns in ORDERED.items():
        _index(name, [*columns, *FILTERED])
    released = sa.text("kind = 'release'")
    op.create_index(
        "ix_case_event_released", "case_event", ["actor", "case_id"], sqlite_where=released, postgresql_where=released
    )  # fmt: skip
    for column, empty in (("queues", "[]"), ("languages", "[]"), ("keys", "{}")):
        op.add_column("reviewer", sa.Column(column, sa.JSON(), nullable=False, server_default=empty))
    op.create_table(
        "saved_view",
        sa.Column("id", Text(), nullable=False),
        sa.Column("reviewer_id", Text(), nullable=False),
        sa.Column("name", Text(), nullable=False),
        sa.Column("query", Text(), nullable=False),
        sa.Column("created_at", Time(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reviewer_id"], ["reviewer.id"], name=op.f("fk_saved_view_reviewer_id_reviewer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("reviewer_id", "name", name=op.f("uq_saved_view_reviewer_id")),
    )


def downgrade() -> None:
    op.drop_table("saved_view")
    op.drop_index("ix_case_event_released", "case_event")
    for column in ("keys", "languages", "queues"):
        op.drop_column("reviewer", column)
    for name, columns in {**ORDERED, "counts": COUNTED}.items():
        _index(name, columns)
    for column in ("waits_until", "deadline_at", "language"):
        op.drop_column("review_case", column)


def _index(name: str, columns: list[str]) -> None:
    op.drop_index(f"ix_review_case_{name}", "review_case")
    op.create_index(
        f"ix_review_case_{name}", "review_case", columns, sqlite_where=WAITING, postgresql_where=WAITING
    )  # fmt: skip
