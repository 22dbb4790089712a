"""Angle requests judged by pictures; what operators said of alerts, and proposals made of it."""

from unjai.platform.migrations import run_sql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
