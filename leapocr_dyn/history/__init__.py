"""How a document changes: what it says without how it says it, fingerprints of that, and what two versions differ in.

Comparing is pure: it reads no file, asks no server and looks at no clock, and takes documents in their final form,
normalised and repaired, so that nobody asks which version was published. store.py and lock.py keep files: the versions
that this machine has seen, and the one that a team has agreed on. update.py, which fetches, is the only one that asks.
"""
