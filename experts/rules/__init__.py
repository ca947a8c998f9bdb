"""Rules of the expert pool: packs of law and of specialties, conditions, facts of a record, rows of a workbook."""
