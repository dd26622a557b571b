"""Alembic's entry: runs the revisions on the connection that Database.upgrade hands in."""

from alembic import context

from api.storage.tables import Screening

config = context.config
connection = config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=Screening.metadata,  # of all tables: importing the module registers them
    render_as_batch=True,  # SQLite cannot alter most things in place
)
with context.begin_transaction():
    context.run_migrations()
