"""What every page stands on: who may open it, errors, headers, the frame, sign-in, the live line."""
