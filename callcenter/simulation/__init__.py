"""Plays scenarios in virtual time with the live decision functions, and compares the measurements with theory."""

from callcenter.simulation.runs import RunFigure, RunResult, run
from callcenter.simulation.scenario import Scenario, ScenarioError, load

__all__ = ["RunFigure", "RunResult", "Scenario", "ScenarioError", "load", "run"]
