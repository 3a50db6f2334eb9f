"""Who should take it: the offer, why, what an agent's hands hold, and how long it will take."""
