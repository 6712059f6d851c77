"""Statuses: each commitment's measures, judged for every area and period by the layered rules."""
