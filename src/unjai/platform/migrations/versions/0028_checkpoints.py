"""Patrol checkpoints, device keys and visits."""

from unjai.platform.migrations import run_sql

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
