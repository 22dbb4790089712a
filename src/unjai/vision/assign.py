"""The cheapest pairing of rows with columns (Hungarian method), for the few dozen tracks of one camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float32]


def pairs(costs: Costs, limit: float) -> list[tuple[int, int]]:
    """Return the pairing (row, column) of least cost in which no pair costs more than `limit`.

    Rows and columns that no allowed pair connects are solved apart, so a crowd costs little more than its knots.
    """
    allowed = costs <= limit
    found: list[tuple[int, int]] = []
    for rows, columns in _knots(allowed):
        if len(rows) == 1 or len(columns) == 1:
            part = costs[np.ix_(rows, columns)]
            row, column = divmod(int(np.argmin(part)), part.shape[1])
            found.append((rows[row], columns[column]))
            continue
        part = np.where(allowed[np.ix_(rows, columns)], costs[np.ix_(rows, columns)], 1e6)
        turned = len(rows) > len(columns)
        for row, column in _hungarian((part.T if turned else part).tolist()):
            here = (rows[column], columns[row]) if turned else (rows[row], columns[column])
            if allowed[here]:
                found.append(here)
    return sorted(found)


def _knots(allowed: NDArray[np.bool_]) -> list[tuple[list[int], list[int]]]:
    """Return the groups of rows and columns that allowed pairs connect."""
    left = set(np.flatnonzero(allowed.any(axis=1)).tolist())
    groups = []
    while left:
        rows, columns, waiting = set[int](), set[int](), [left.pop()]
        while waiting:
            row = waiting.pop()
            rows.add(row)
            for column in np.flatnonzero(allowed[row]).tolist():
                if column not in columns:
                    columns.add(column)
                    waiting += [one for one in np.flatnonzero(allowed[:, column]).tolist() if one not in rows]
        left -= rows
        groups.append((sorted(rows), sorted(columns)))
    return groups


def _hungarian(costs: list[list[float]]) -> list[tuple[int, int]]:
    """Solve a matrix with no more rows than columns, in O(rows² · columns) (shortest augmenting paths)."""
    rows, columns = len(costs), len(costs[0])
    of_row, of_column = [0.0] * (rows + 1), [0.0] * (columns + 1)
    match, way = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        match[0], here = row, 0
        least, used = [float("inf")] * (columns + 1), [False] * (columns + 1)
        while match[here]:
            used[here] = True
            at, step, following = match[here], float("inf"), 0
            for column in range(1, columns + 1):
                if used[column]:
                    continue
                reduced = costs[at - 1][column - 1] - of_row[at] - of_column[column]
                if reduced < least[column]:
                    least[column], way[column] = reduced, here
                if least[column] < step:
                    step, following = least[column], column
            for column in range(columns + 1):
                if used[column]:
                    of_row[match[column]] += step
                    of_column[column] -= step
                else:
                    least[column] -= step
            here = following
        while here:
            match[here], here = match[way[here]], way[here]
    return [(match[column] - 1, column - 1) for column in range(1, columns + 1) if match[column]]
