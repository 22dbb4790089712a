"""Rosters, and who is on duty with whom."""

from unjai.platform.migrations import run_sql

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
