"""The schema's steps, each a file of SQL beside a few lines for Alembic; a step that was released never changes."""

from pathlib import Path

from alembic import op


def run_sql(file: str) -> None:
    """Run the statements of the `.sql` beside a step's `file`; each ends with a semicolon and an empty line."""
    text = Path(file).with_suffix(".sql").read_text("utf-8")
    for statement in text.split(";\n\n"):
        if said := statement.strip().rstrip(";"):
            op.execute(said)
