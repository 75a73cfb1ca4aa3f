# SPDX-License-Identifier: Apache-2.0
"""What alembic runs to migrate: on the connection, and in the transaction, that `state.py` opened."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
)
context.run_migrations()
