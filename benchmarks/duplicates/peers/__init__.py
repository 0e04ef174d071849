"""Other tools on the same rows, each run by the interpreter of an environment of its own.

A program here is called with the folder of the rows and the file to write, and uses the tool as its documentation
shows, with 5-word shingles and a threshold of 0.8 where it takes them. It imports nothing of winnow.
"""
