"""The garbage collector of a process that serves pages."""

import gc


def spare_the_collector() -> None:
    """Call once a process is warm: a page makes thousands of small objects and keeps few.

    What is here by now is not looked through again, and young objects are looked through once a page or so rather
    than fifteen times.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
