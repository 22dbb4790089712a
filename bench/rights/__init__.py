"""Who can see what they must not: every route × role × own/other station, with the application's checks and without.

Asked are the real routes over the real database and bus, as the generated test asks them (`tests/web`), so that a
new route is asked the day it is declared. Counted are answers and rows, never estimated:

- `asked`: requests that were sent; a role is asked for every route.
- `leaks`: answers that let through whoever lacks the right, and answers to a role of another station that carry a
  name, a number or an id of the first one, or that changed a row of it.
- `rls_leaks`: the same asked of the other station with `Actor.must` and `Actor.may` switched off, so that row-level
  security stands alone; and rows of the first station that direct SQL gets as `unjai_app` and `unjai_worker` in the
  scope of the other one, or that it changes.
"""
