"""the sealed log holds decisions, sign-ins, keys, versions and exports too; second factors and company sign-in

Decisions that are older than this are sealed by the worker afterwards, a few hundred at a time.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

from api.storage.clock import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
UNSEALED = sa.text("sealed_as IS NULL")


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", Text(), nullable=False),
        sa.Column("merchant_id", Text(), nullable=True),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("actor", Text(), nullable=False),
        sa.Column("about", Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sealed_as", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_audit_event_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_merchant", "audit_event", ["merchant_id", "id"])
    op.create_index(op.f("ix_audit_event_kind"), "audit_event", ["kind"])
    op.create_index(op.f("ix_audit_event_about"), "audit_event", ["about"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("chain", Text(), nullable=False),
        sa.Column("mac", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    # The end of a log that is older than this; the first sealing after the upgrade signs it.
    op.execute(
        "INSERT INTO audit_head (id, number, chain, mac)"
        " SELECT 1, number, chain, '' FROM audit_entry ORDER BY number DESC LIMIT 1"
    )
    op.add_column("decision", sa.Column("sealed_as", sa.Integer(), nullable=True))
    for table in ("audit_event", "decision"):
        op.create_index(
            f"ix_{table}_unsealed", table, ["id"], sqlite_where=UNSEALED, postgresql_where=UNSEALED
        )  # fmt: skip
    op.create_table(
        "second_factor",
        sa.Column("reviewer_id", Text(), nullable=False),
        sa.Column("secret", Text(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("recovery", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["reviewer_id"], ["reviewer.id"], name=op.f("fk_second_factor_reviewer_id_reviewer")),
        sa.PrimaryKeyConstraint("reviewer_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "company_identity",
        sa.Column("subject", Text(), nullable=False),
        sa.Column("reviewer_id", Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["reviewer.id"], name=op.f("fk_company_identity_reviewer_id_reviewer")
        ),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_company_identity")),
    )
    op.create_index(op.f("ix_company_identity_reviewer_id"), "company_identity", ["reviewer_id"])
    op.add_column("reviewer_session", sa.Column("waits_for", Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("reviewer_session", "waits_for")
    op.drop_table("company_identity")
    op.drop_table("second_factor")
    op.drop_index("ix_decision_unsealed", "decision")
    op.drop_column("decision", "sealed_as")
    op.drop_table("audit_head")
    op.drop_table("audit_event")
