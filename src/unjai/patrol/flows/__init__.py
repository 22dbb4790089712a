"""What is done on patrol, as named stories. The capabilities above hand risk down and ask for visits by these names."""

from unjai.patrol.flows.handed import forget_risk, patrolled_places
from unjai.patrol.flows.plan_risk import take_risk
from unjai.patrol.flows.requests import request_visit

__all__ = ["forget_risk", "patrolled_places", "request_visit", "take_risk"]
