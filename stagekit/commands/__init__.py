"""One module a command of ``stagekit``; each has ``add(commands)``, which adds its parser."""

NAMES = ("stage", "erase", "recolor", "describe", "look", "layout", "weights", "doctor", "bench")
"""In the order in which ``stagekit --help`` lists them."""
