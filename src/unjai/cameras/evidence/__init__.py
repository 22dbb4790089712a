"""Packages of evidence: cut, sealed and checked in processes of their own, kept under `DATA/evidence`."""
