"""Junctions with signals: the register, flow, the detailed log, wishes and notes."""

from unjai.platform.migrations import run_sql

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
