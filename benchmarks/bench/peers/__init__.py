"""Programs that the interpreters of the other tools run; each is called with the dumps and a file for its answer."""
