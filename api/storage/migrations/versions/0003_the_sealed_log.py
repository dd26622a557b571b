"""the sealed log: every event of a case and every hold, chained by hashes

Events that are older than the log are sealed by the worker afterwards, a few hundred at a time.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("subject", Text(), nullable=False),
        sa.Column("salt", Text(), nullable=False),
        sa.Column("words", Text(), nullable=False),
        sa.Column("content", Text(), nullable=False),
        sa.Column("chain", Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("subject", name=op.f("uq_audit_entry_subject")),
    )
    op.add_column("case_event", sa.Column("sealed_as", sa.Integer(), nullable=True))
    unsealed = sa.text("sealed_as IS NULL")
    op.create_index(
        "ix_case_event_unsealed", "case_event", ["id"], sqlite_where=unsealed, postgresql_where=unsealed
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_case_event_unsealed", "case_event")
    op.drop_column("case_event", "sealed_as")
    op.drop_table("audit_entry")
