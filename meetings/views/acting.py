"""How every page of convening acts: as every page does."""

from portal.core.acting import attempt, form_page, press

__all__ = ["attempt", "form_page", "press"]
