"""Everything public without login: search, notice pages, opening records, receipt check, verify, ledger."""
