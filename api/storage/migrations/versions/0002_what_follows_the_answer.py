"""what follows the first answer: revisions, appeals, the conversation, holds, test mode

Columns are added in place: a table that others refer to is never rebuilt.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import api.storage.clock

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Time = api.storage.clock.UtcDateTime


def upgrade() -> None:
    op.add_column("api_key", sa.Column("requests_per_minute", sa.Integer(), nullable=True))
    op.add_column("merchant", sa.Column("test_of", Text(), nullable=True))
    op.create_index(op.f("ix_merchant_test_of"), "merchant", ["test_of"], unique=True)
    op.add_column("review_case", sa.Column("paused_until", Time(timezone=True), nullable=True))
    op.add_column("screening", sa.Column("campaign", Text(), nullable=True))
    op.add_column("screening", sa.Column("revision_of", Text(), nullable=True))
    # Every screening of before was the first of its chain.
    op.add_column("screening", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("screening", sa.Column("erased_at", Time(timezone=True), nullable=True))
    op.create_index("ix_screening_revision_of", "screening", ["revision_of"], unique=True)
    op.create_table(
        "hold",
        sa.Column("id", Text(), nullable=False),
        sa.Column("merchant_id", Text(), nullable=False),
        sa.Column("brand", Text(), nullable=True),
        sa.Column("campaign", Text(), nullable=True),
        sa.Column("note", Text(), nullable=False),
        sa.Column("placed_by", Text(), nullable=False),
        sa.Column("created_at", Time(timezone=True), nullable=False),
        sa.Column("lifted_by", Text(), nullable=True),
        sa.Column("lifted_at", Time(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_hold_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_merchant_id"), "hold", ["merchant_id"], unique=False)

    op.create_table(
        "appeal",
        sa.Column("id", Text(), nullable=False),
        sa.Column("screening_id", Text(), nullable=False),
        sa.Column("decision_id", Text(), nullable=False),
        sa.Column("first_decided_by", Text(), nullable=False),
        sa.Column("message", Text(), nullable=False),
        sa.Column("created_at", Time(timezone=True), nullable=False),
        sa.Column("verdict", Text(), nullable=True),
        sa.Column("reason", Text(), nullable=False),
        sa.Column("decided_at", Time(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_appeal_decision_id_decision")),
        sa.ForeignKeyConstraint(["screening_id"], ["screening.id"], name=op.f("fk_appeal_screening_id_screening")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("screening_id", name=op.f("uq_appeal_screening_id")),
    )
    op.create_index(op.f("ix_appeal_first_decided_by"), "appeal", ["first_decided_by"], unique=False)

    op.create_table(
        "case_message",
        sa.Column("id", Text(), nullable=False),
        sa.Column("case_id", Text(), nullable=False),
        sa.Column("from_party", Text(), nullable=False),
        sa.Column("to_party", Text(), nullable=False),
        sa.Column("reviewer_id", Text(), nullable=True),
        sa.Column("text", Text(), nullable=False),
        sa.Column("shown_fields", sa.JSON(), nullable=False),
        sa.Column("due_at", Time(timezone=True), nullable=True),
        sa.Column("case_due_at", Time(timezone=True), nullable=True),
        sa.Column("answered_at", Time(timezone=True), nullable=True),
        sa.Column("answer_to", Text(), nullable=True),
        sa.Column("created_at", Time(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_to"], ["case_message.id"], name=op.f("fk_case_message_answer_to_case_message")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["review_case.id"], name=op.f("fk_case_message_case_id_review_case")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["reviewer.id"], name=op.f("fk_case_message_reviewer_id_reviewer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_message")),
        sa.UniqueConstraint("answer_to", name=op.f("uq_case_message_answer_to")),
    )
    op.create_index(op.f("ix_case_message_case_id"), "case_message", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_message_reviewer_id"), "case_message", ["reviewer_id"], unique=False)


def downgrade() -> None:
    for table in ("case_message", "appeal", "hold"):
        op.drop_table(table)
    op.drop_index("ix_screening_revision_of", "screening")
    for column in ("erased_at", "revision", "revision_of", "campaign"):
        op.drop_column("screening", column)
    op.drop_column("review_case", "paused_until")
    op.drop_index(op.f("ix_merchant_test_of"), "merchant")
    op.drop_column("merchant", "test_of")
    op.drop_column("api_key", "requests_per_minute")
