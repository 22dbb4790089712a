"""The month: what was known when it closed, and the figures that follow from it alone."""
