"""How fast, beside lifelines, scikit-survival, statsmodels and R, in one run."""
