"""The floor in virtual time: scenarios played with the live decision functions, measured, beside what theory says."""

from callcenter.simulation.runs import Figure, Result, run
from callcenter.simulation.scenario import Scenario, ScenarioError, load

__all__ = ["Figure", "Result", "Scenario", "ScenarioError", "load", "run"]
