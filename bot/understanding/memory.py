"""Memory that was needed for a moment goes back to the machine."""

import ctypes
import gc


def give_back() -> None:
    """After something large was loaded or exchanged: collect, and have the allocator let go of what is free.

    Takes some 30 ms in a thread. Where the C library has no such call, nothing happens.
    """
    gc.collect()
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return
    trim(0)
