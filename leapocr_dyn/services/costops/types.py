"""What calls take and give, and the enums, by the names of the service's own client."""

from leapocr_dyn.services import components

__getattr__, __dir__ = components.of("costops", __name__)
