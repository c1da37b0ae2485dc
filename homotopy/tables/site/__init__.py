"""A static site of reference tables, saved censuses and ensembles: pages that open from a disk, without a server or a network."""
