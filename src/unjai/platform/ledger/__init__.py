"""The one Merkle tree over the audit log: sealing, signed roots, proofs, the exported copy and its verifier."""
