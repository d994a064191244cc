"""retry_with_backoff, where the service's plan has it."""

from leapocr_dyn.backoff import retry_with_backoff as retry_with_backoff
