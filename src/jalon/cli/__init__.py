"""The front door for staff: one file per verb, heavy rooms entered only when needed."""
