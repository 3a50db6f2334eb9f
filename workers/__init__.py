"""Processes that run jobs: RQ workers, and the clock."""
