"""Web Push subscriptions, and the words between units and the centre."""

from unjai.platform.migrations import run_sql

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
