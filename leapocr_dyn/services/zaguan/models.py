"""Requests and results by their names: the components of spec/zaguan/openapi.yaml, each made on first touch."""

from leapocr_dyn.services import components

__getattr__, __dir__ = components.of("zaguan", __name__)
