"""What a citizen adds to a call for help, and what is learnt of false alarms."""

from unjai.platform.migrations import run_sql

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
