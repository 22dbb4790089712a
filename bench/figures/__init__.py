"""Honest figures against real series: forecasts, intervals, placebos, power, feedback."""
