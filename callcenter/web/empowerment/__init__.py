"""What may be given: rules, their replay, budgets, requests, what is learnt from them."""
