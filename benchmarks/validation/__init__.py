"""How long a full internal validation takes: imputation and search inside every resample."""
