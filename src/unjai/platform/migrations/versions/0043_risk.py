"""Surfaces of risk as they were handed down."""

from unjai.platform.migrations import run_sql

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
