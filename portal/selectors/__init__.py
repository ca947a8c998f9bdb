"""What public pages show: the selectors of the lower floors, put into words and order. One file per page."""
