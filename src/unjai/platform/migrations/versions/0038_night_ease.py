"""Night-ease: what is known of streets at night, and which work would lift it."""

from unjai.platform.migrations import run_sql

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
