"""How good patrol plans are: `python -m bench.patrol --json [--quick]`.

Twenty random towns (seeds 0–19; the planner was developed on 1000–1019), each planned for two days, beside the same
planner without chance given longer, a greedy plan, and the superintendent's habit: one fixed round driven every day.
Then what happens when a plan learns from its own findings, and how long matching a shift's track to streets takes.
"""
