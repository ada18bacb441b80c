"""Brain data in the window: the page of a data set of kind ``fmri``, and the results of the methods that work on it.

Without Qt: `presenter` (what the page says), `opened` (one run with what belongs to it), `questions` (what has to be asked),
`results` (what a run of a method left). With Qt: `page`, its tabs, and `method_page`.
"""

from neurostudio.gui.panels.fmri.page import BrainPage

__all__ = ["BrainPage"]
