"""The evaluation method as data (docs/protocol.md, section 16.2): templates, defects in words, the method in words."""
