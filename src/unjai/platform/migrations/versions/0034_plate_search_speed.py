"""Plates are found by beginnings from either end, and looked for on the days they were seen alone."""

from unjai.platform.migrations import run_sql

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
