"""The tuned constants of scheduling, each with the measurement behind it.

Measured on two cores with the default network (2-10-2, 200 points) unless said otherwise. The
commands are in ``benchmarks/``: ``python -m benchmarks.viewers`` plays 64 and 128 viewers.
"""

# What a display shows, and so the most that a viewer can use.
DISPLAY_REFRESH_SECONDS = 1 / 60

# --- Worker threads ---

# Handing a slice to a thread and its result back takes 20 µs of processor time, with waiting for
# the GIL on top, so a slice should be long. A command, however, waits for the slice of its run to
# end: 10 ms go unnoticed.
MAX_SLICE_SECONDS = 0.010

# The time in which every run that wants a slice should get one. Slices become shorter as their
# number grows: beside three large runs at full speed, a small run still shows every frame.
WORKER_ROUND_SECONDS = 0.005

# By how many seconds of virtual time work goes ahead of its turn, by its urgency. A frame for a
# viewer who has nothing left to draw therefore goes before a slice of training that nobody can see
# yet, unless its run has had two slices more than the others. In the long run shares are equal.
HEAD_STARTS = {"low": 0.0, "normal": MAX_SLICE_SECONDS, "high": 2 * MAX_SLICE_SECONDS}

# The head start of a new connection, until it has used as much: enough to prepare a common run and
# to draw its first frame. All newcomers together get this share of one processor at most, so that
# connecting again and again is of no use.
NEWCOMER_SECONDS = 0.050
NEWCOMER_SHARE = 0.2
NEWCOMERS_AT_ONCE = 4

# How far ahead of the others an account may be when it asks for a worker again. The longest piece
# that cannot be interrupted, preparing a run of 30,000 points, takes about as long.
MAX_DEBT_SECONDS = 0.2

# --- Event loop ---

# Work that takes less than this is done on the event loop, and no slice on a worker is shorter: of
# a shorter one, most of a thread's time goes into waiting for the GIL and being woken. With brief
# slices on the loop, 64 viewers get 33 frames a second each instead of 23, and 99 of 100 gaps
# between frames are below 42 ms instead of 60 to 80 ms.
BRIEF_SECONDS = 0.001

# From so many slices at once on, even a run at full speed, which could use a longer slice, is
# trained in brief slices on the loop: a worker's share of `WORKER_ROUND_SECONDS` is then less than
# `BRIEF_SECONDS` on two cores.
CROWD_SIZE = 12

# A frame of the default network without its training: prediction, maps, document, socket. What all
# frames together leave of `DISPLAY_REFRESH_SECONDS` is for training.
FRAME_SECONDS = 0.0004

# However large the crowd, a turn on the loop trains for so long: about one epoch.
MIN_TURN_SECONDS = 0.00003
