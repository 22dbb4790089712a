"""A walk may be given more time, and says when its way became another one."""

from unjai.platform.migrations import run_sql

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
