"""How a document changes: what it says without how it says it, fingerprints of that, and what two versions differ in.

Pure: nothing here reads a file, asks a server or looks at a clock. Documents come in their final form, normalised and
repaired, so that nobody here asks which version was published.
"""
