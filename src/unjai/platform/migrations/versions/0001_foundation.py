"""The first schema, as the first release had it."""

from unjai.platform.migrations import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """There is nothing before the foundation."""
    raise NotImplementedError
