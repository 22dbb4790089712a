"""Search over years, mended where real questions were slow."""

from unjai.platform.migrations import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
