"""The models of jobs, under the module name that the service's plan gives them."""

from leapocr_dyn.services import components

__getattr__, __dir__ = components.of("artificer", __name__)
