"""For people who look around: what an API's parts are, in the forms that their tools read.

finding things      search.py, tree.py, explain.py -> spelling.py, screen.py, workflow_line.py
an example          example.py -> pattern.py
a prompt            repl.py -> console.py or ipython.py -> recall.py, complaint.py; door.py, harmless.py
a notebook, a page  notebook.py -> record.py, spread.py -> paper.py, picture.py, prose.py -> markup.py, notebook.css
type checkers       stubs.py -> annotation.py -> sheet.py -> catalogue.py; typed.pyi
what is wrong       doctor.py (a workflow), machine.py
"""
