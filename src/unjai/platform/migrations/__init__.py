"""Alembic's steps and `migrate`, which brings a database to the newest of them."""
