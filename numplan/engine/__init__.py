"""The line from manifest to account: refresh, plan, guard, apply, settle."""
