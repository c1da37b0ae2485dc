"""Reference tables: exact counts with certificates, checked when loaded, that others can cite and test against.

Their names are in the package `homotopy`: the catalogue is read without what tables are made and proved with.
"""
