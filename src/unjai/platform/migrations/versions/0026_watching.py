"""The public ledger of watching: what a day's searches were, counted."""

from unjai.platform.migrations import run_sql

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
