"""The lottery of experts: exact fair probabilities, their proof, and the draw from a seed (docs/protocol.md, 14).

Pure as the rest of the package. `plan` is the door (`plan.plan`, `plan.check`, `plan.draw`);
`problem.read` makes a problem of a file. Modules are imported by name; nothing is re-exported here.
"""
