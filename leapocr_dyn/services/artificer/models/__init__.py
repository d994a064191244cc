"""The models of spec/artificer/openapi.yaml, by name, built when one of them is first touched."""

from leapocr_dyn.services import components

__getattr__, __dir__ = components.of("artificer", __name__)
