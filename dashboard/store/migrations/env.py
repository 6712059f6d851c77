"""How Alembic runs our migrations: on the connection that `dashboard.store.upgrade` gives it, in one transaction."""

from alembic import context

from dashboard.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
