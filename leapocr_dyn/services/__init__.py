"""The doors: for each bundled service, a thin typed module over its document and workflow.

Engine code knows none of them.
"""
