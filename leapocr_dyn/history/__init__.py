"""How a document changes: what two versions differ in, what that means, and which of them is spoken.

    what a document says    meaning.py (schemas) -> surface.py (operations) -> fingerprint.py
    what two differ in      rule.py (the table), difference.py (schemas) -> compare.py (operations) -> report.py
    what answers add        counterpart.py -> correction.py
    what is kept on disk    file.py -> store.py (of a machine), lock.py (of a team)
    which one is spoken     judge.py, terms.py -> update.py

Comparing is pure: it reads no file, asks no server and looks at no clock, and takes documents in their final form,
normalised and repaired, so that nobody asks which version was published. Only terms.py, for the first version of a URL,
and update.py fetch.
"""
