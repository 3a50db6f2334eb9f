"""Legs and conferences, as the provider reports them."""
