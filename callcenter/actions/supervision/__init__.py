"""What-if simulations for supervisors."""
