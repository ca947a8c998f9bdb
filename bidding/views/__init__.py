"""Pages of bidders and of the hall: read the form, call one service or selector, render."""
