"""Backups: one file that holds a whole centre, made while it runs, checked when it is made and when it is restored."""
