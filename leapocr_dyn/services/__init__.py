"""The doors: for each bundled service, a thin typed module over its document and workflow.

Engine code knows none of them. What the command line has to know is data, and stands here.
"""

FLAGSHIP = "leapocr"  # the service that is meant where none is named

# The commands that services add to `leapocr-dyn`: the module of each, and what --help says of it.
COMMANDS = {
    "process": (
        "leapocr_dyn.services.leapocr.cli.process",
        "Turn documents into text: send them, wait, print their pages.",
    ),
}

# What to try first at a prompt.
SUGGESTIONS = {
    "claude": 'client.complete("Say hello")',
    "leapocr": 'client.ocr.process_and_wait("scan.pdf")',
}
