"""The law of the bid box as pure functions over values: amounts, codes, the door, the majority of shares."""
