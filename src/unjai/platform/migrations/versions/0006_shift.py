"""The shift log and its hand-over."""

from unjai.platform.migrations import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
