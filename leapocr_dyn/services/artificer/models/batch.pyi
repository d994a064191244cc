from leapocr_dyn.services.artificer.models import *  # noqa: F403
