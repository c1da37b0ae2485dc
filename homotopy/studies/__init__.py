"""Named scientific studies, one file each: a question, a specification, and a report with tables, a figure and verdicts.

Modules: `report` (what a study returns and writes), `folder` (where it counts, resumably), `study` (what a study is, its
specification files, running it), and one module for each study.
"""
