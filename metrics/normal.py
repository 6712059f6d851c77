"""Fixed points of the normal distribution, with nothing but the standard library, for the web server too."""

from __future__ import annotations

Z_95 = 1.959963984540054
"""The standard normal quantile at 0.975: standard errors from a value to either of its 95% limits."""

WIDTH_IN_STANDARD_ERRORS = 3.92
"""Standard errors between published 95% limits, 2 x 1.96, as the status rules and Fingertips reckon."""
