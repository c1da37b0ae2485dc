"""The studies there are; a module of its own, since the command line names them all whatever it runs."""

STUDIES: dict[str, str] = {
    "agreement": "Hold certified counts against the predictions of theory.",
    "archetypes": "Single funnels, or many minima behind low barriers?",
    "depth": "Does depth make landscapes simpler, at equal size?",
    "layering": "Are energies layered by Morse index in a narrow band?",
    "assumptions": "From spin glass to network, one assumption at a time.",
    "clustering": "Are minima closer together than uniform points?",
    "weightspace": "Are spaces of binary weights connected or broken?",
}
"""Name of the command and of the module, and what the list of commands says (one line of 80)."""
