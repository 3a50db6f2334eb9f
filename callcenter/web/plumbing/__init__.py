"""What every page stands on: who may open it, errors, headers, the page context, sign-in, the live line."""
