"""The draw of experts, as anyone recomputes it: the committed pool, fair probabilities, a sample from a seed."""
