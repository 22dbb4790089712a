"""Cameras: the registry of a zone, their streams, live pictures, recording, health, evidence — กล้องวงจรปิด."""
