"""Carry out a plan: intent, gate, call, sort, record, settle."""
