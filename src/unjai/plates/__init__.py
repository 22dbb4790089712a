"""Licence plates at the station: reads, the watch list, matching and searches, each watched by the ledger."""
