"""Pictures of the operators' pages."""
