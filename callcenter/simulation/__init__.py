"""Plays scenarios in virtual time with the live decision functions, and compares the measurements with theory."""

from callcenter.simulation.runs import Figure, Result, run
from callcenter.simulation.scenario import Scenario, ScenarioError, load

__all__ = ["Figure", "Result", "Scenario", "ScenarioError", "load", "run"]
