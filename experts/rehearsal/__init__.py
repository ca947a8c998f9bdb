"""Play the drawing of a panel and its work through the services their people would call, on a clock set by hand."""
