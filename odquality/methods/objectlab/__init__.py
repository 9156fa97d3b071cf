"""The reference method, ObjectLab (https://arxiv.org/abs/2309.00832)."""
