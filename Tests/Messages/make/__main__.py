"""Writes the messages in Tests/Messages/made: those whose right reading follows from how they are made.

    python3 Tests/Messages/make

Nothing here reads mail: each case is written beside what it must say, so a fault in the parser cannot hide in it.
The same script gives the same bytes each time. Other messages in Tests/Messages are written by hand.
"""

import addresses
import boundaries
import charsets
import dates
import folding
import parameters
import shapes
import transfer
import words

families = [addresses, boundaries, charsets, dates, folding, parameters, shapes, transfer, words]
total = 0
for family in families:
    count = family.make().write()
    print(f"{count:4} {family.__name__}")
    total += count
print(f"{total:4} in all")
