"""A day asked for by a poll: an extra northern meeting, half answered."""

from datetime import time

BODY_OF = "north+01"  # the poll is the body's that holds this sitting
PLACE = "見本市役所 北部庁舎 2階 相談室"
OPENED_DAYS_AGO = 3
DEADLINE_IN_DAYS = 5
DEADLINE_AT = time(17)

# Days after the deadline (moved on to a weekday), from when until when.
DATES = (
    (4, time(10), time(11, 30)),
    (5, time(13, 30), time(15)),
    (7, time(15, 30), time(17)),
)

REQUIRED = ("sakaki", "natsume")
# Who is asked, with their marks for the three days; nothing while they are silent.
ASKED = (
    ("sakaki", "○○○", ""),
    ("tachibana", "○○○", ""),
    ("natsume", "△○×", "初日は午前の訪問のあとなら出られます。"),
    ("kuga", "×○○", ""),
    ("kagami", "○○△", "午後は30分ほど遅れます。"),
    ("anzai", "", ""),
    ("sawatari", "", ""),
)
