"""The number of the core that holds the picture."""

from unjai.platform.migrations import run_sql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
