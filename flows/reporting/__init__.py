"""The report as one page of HTML: pure rendering of figures that were gathered elsewhere.

Values go in, markup comes out; files, tables and the clock are left to `flows.report`.
"""
