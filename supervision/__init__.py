"""Home of statutory clocks and cards, objections and complaints, screening, and the auditor's room."""
