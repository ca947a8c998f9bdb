"""The append-only record: every act of the platform as a leaf of one Merkle tree.

Entries arrive in any order, one sequencer gives them their place, signs a checkpoint and asks time
sources of other organisations to state that it existed. `docs/protocol.md` section 5 is the format.
"""
