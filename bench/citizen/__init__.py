"""Walks at ease: `python -m bench.citizen --json [--quick]`.

How long three ways through a whole city take, what 300 watched walks cost a running centre, and a simulated month of
walks through a town: how many that strayed, stopped, fell silent or came late were alerted in time, and how many honest
ones were asked without need. The seeds judged here are not those the rules were made with (1000–2999).
"""
