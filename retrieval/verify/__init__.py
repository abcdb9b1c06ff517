"""What is written is verified before it is sent: one check a file, `(claim, quotes, context) -> fault or none`."""

from retrieval.verify.fault import Check, Context, Fault
from retrieval.verify.verifier import CHECKS, Verified, fault_of, verify

__all__ = ["CHECKS", "Check", "Context", "Fault", "Verified", "fault_of", "verify"]
