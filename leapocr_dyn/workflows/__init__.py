"""Calls that belong together, each told once for both worlds: the plug-in point.

A workflow is an `async def` that takes a `Session` and awaits nothing but it and its transport. Which operations it
uses, and where in their answers it looks, is data: a section of workflow.yaml.
"""
