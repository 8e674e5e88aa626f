"""The front page of the box: who is here, their phones, the levers and the log."""
