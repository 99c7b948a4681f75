"""Runs the pipelines of this folder on this machine: what GitHub and GitLab do with them, as far as they go.

Every script is read from the real YAML files and run by bash, with the environment that a runner gives. What
only the real services have is replaced: checkouts, artifacts, Python's set-up, and the comments of a pull request.
"""
