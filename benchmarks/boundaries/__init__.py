"""Learns from labelled text dumps by which signs and measures the text splitter decides where posts begin.

One core is enough: the matrices are narrow, and threads that wait for each other cost more than they bring. The limit
has to stand before numpy is loaded, so it stands here.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
