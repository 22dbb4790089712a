"""Alert rules and the device health board."""

from unjai.platform.migrations import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
