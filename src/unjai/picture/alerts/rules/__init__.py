"""What the engine decides, pure: facts and findings, when and where a rule counts, the sentence it means."""
