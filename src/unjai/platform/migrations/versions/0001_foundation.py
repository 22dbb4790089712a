"""The first schema, as `0001_foundation.sql` states it."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the statements one by one; they are separated by an empty line."""
    text = Path(__file__).with_suffix(".sql").read_text("utf-8")
    for statement in text.split(";\n\n"):
        op.execute(statement.rstrip().rstrip(";"))


def downgrade() -> None:
    """There is nothing before the foundation."""
    raise NotImplementedError
