"""Run by Alembic, always over the connection that `Database.migrate` hands in."""

from alembic import context

config = context.config
context.configure(connection=config.attributes["connection"], version_table=config.attributes["version_table"])
with context.begin_transaction():
    context.run_migrations()
