"""two pairs of eyes: second opinions, control cases, and care for those who read

Shops that say nothing about it go on as before: their rules are empty.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import api.storage.clock

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Time = api.storage.clock.UtcDateTime


def upgrade() -> None:
    op.add_column("merchant", sa.Column("review_rules", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("merchant", sa.Column("controls_of", Text(), nullable=True))
    op.create_index(op.f("ix_merchant_controls_of"), "merchant", ["controls_of"], unique=True)
    op.add_column("pending_decision", sa.Column("opinion_for", Text(), nullable=True))
    op.add_column("review_case", sa.Column("awaits", Text(), nullable=True))
    awaiting = sa.text("awaits IS NOT NULL")
    op.create_index(
        "ix_review_case_awaits",
        "review_case",
        ["merchant_id", "awaits"],
        sqlite_where=awaiting,
        postgresql_where=awaiting,
    )
    asked = sa.text("due_at IS NOT NULL AND answered_at IS NULL")
    op.create_index(
        "ix_case_message_asked", "case_message", ["due_at"], sqlite_where=asked, postgresql_where=asked
    )  # fmt: skip
    op.create_index(op.f("ix_appeal_decided_at"), "appeal", ["decided_at"], unique=False)
    _create_opinions()
    _create_controls()
    op.create_table(
        "care",
        sa.Column("reviewer_id", Text(), nullable=False),
        sa.Column("mask_from", sa.Integer(), nullable=False),
        sa.Column("mask_look", Text(), nullable=False),
        sa.Column("severe_run", sa.Integer(), nullable=False),
        sa.Column("working_since", Time(timezone=True), nullable=True),
        sa.Column("last_decided_at", Time(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reviewer_id"], ["reviewer.id"], name=op.f("fk_care_reviewer_id_reviewer")),
        sa.PrimaryKeyConstraint("reviewer_id", name=op.f("pk_care")),
    )


def _create_opinions() -> None:
    op.create_table(
        "opinion",
        sa.Column("id", Text(), nullable=False),
        sa.Column("merchant_id", Text(), nullable=False),
        sa.Column("case_id", Text(), nullable=False),
        sa.Column("decision_id", Text(), nullable=False),
        sa.Column("reviewer_id", Text(), nullable=False),
        sa.Column("asked_for", Text(), nullable=False),
        sa.Column("outcome", Text(), nullable=False),
        sa.Column("reason", Text(), nullable=True),
        sa.Column("ground", Text(), nullable=False),
        sa.Column("created_at", Time(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["review_case.id"], name=op.f("fk_opinion_case_id_review_case")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_opinion_decision_id_decision")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_opinion_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["reviewer.id"], name=op.f("fk_opinion_reviewer_id_reviewer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
        sa.UniqueConstraint("case_id", "decision_id", "reviewer_id", name=op.f("uq_opinion_case_id")),
    )
    op.create_index(op.f("ix_opinion_case_id"), "opinion", ["case_id"], unique=False)
    op.create_index("ix_opinion_merchant", "opinion", ["merchant_id", "id"], unique=False)
    op.create_index(op.f("ix_opinion_reviewer_id"), "opinion", ["reviewer_id"], unique=False)


def _create_controls() -> None:
    op.create_table(
        "control",
        sa.Column("id", Text(), nullable=False),
        sa.Column("merchant_id", Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("brand", Text(), nullable=True),
        sa.Column("product", Text(), nullable=True),
        sa.Column("locale", Text(), nullable=True),
        sa.Column("decision", sa.JSON(), nullable=False),
        sa.Column("queue", Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("outcome", Text(), nullable=False),
        sa.Column("reason", Text(), nullable=True),
        sa.Column("why", Text(), nullable=False),
        sa.Column("created_at", Time(timezone=True), nullable=False),
        sa.Column("retired_at", Time(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_control_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control")),
    )
    op.create_index(op.f("ix_control_merchant_id"), "control", ["merchant_id"], unique=False)
    op.create_table(
        "control_answer",
        sa.Column("case_id", Text(), nullable=False),
        sa.Column("control_id", Text(), nullable=False),
        sa.Column("reviewer_id", Text(), nullable=False),
        sa.Column("given_at", Time(timezone=True), nullable=False),
        sa.Column("outcome", Text(), nullable=True),
        sa.Column("reason", Text(), nullable=True),
        sa.Column("answered_at", Time(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["review_case.id"], name=op.f("fk_control_answer_case_id_review_case")),
        sa.ForeignKeyConstraint(["control_id"], ["control.id"], name=op.f("fk_control_answer_control_id_control")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["reviewer.id"], name=op.f("fk_control_answer_reviewer_id_reviewer")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_control_answer")),
        sa.UniqueConstraint("control_id", "reviewer_id", name=op.f("uq_control_answer_control_id")),
    )
    op.create_index(op.f("ix_control_answer_reviewer_id"), "control_answer", ["reviewer_id"], unique=False)


def downgrade() -> None:
    for table in ("control_answer", "control", "opinion", "care"):
        op.drop_table(table)
    op.drop_index(op.f("ix_appeal_decided_at"), "appeal")
    op.drop_index("ix_case_message_asked", "case_message")
    op.drop_index("ix_review_case_awaits", "review_case")
    op.drop_column("review_case", "awaits")
    op.drop_column("pending_decision", "opinion_for")
    op.drop_index(op.f("ix_merchant_controls_of"), "merchant")
    op.drop_column("merchant", "controls_of")
    op.drop_column("merchant", "review_rules")
